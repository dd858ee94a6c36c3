"""An acknowledgement covers its anomaly and what goes on of it, from the next snapshot on, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mcreports.domains.anomalies.acknowledge import Word, acknowledge
from mcreports.domains.anomalies.assess import assess, first_sentence, told_of
from mcreports.domains.anomalies.figures import COUNT, KNOWN
from mcreports.domains.anomalies.find import find
from mcreports.domains.anomalies.look import named, order_of
from mcreports.errors import UsageError
from mcreports.figures import Figures
from mcreports.period import Period
from mcreports.settings import Settings
from mcreports.snapshot import read, write

NIGHT = ("2025-10-30T20:00", "2025-10-31T04:00", 9.0)
LATER = ("2025-11-03T10:00", "2025-11-03T14:00", 9.0)
NOW = datetime(2025, 11, 1, 6, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(anomalies={"acknowledgements": tmp_path / "known"})  # type: ignore[arg-type]


def looked(made: Any, settings: Settings, label: str = "2025-10-30") -> Any:
    return made.snapshot("daily", label, settings=settings)


def know(snapshot: Any, settings: Settings, **more: Any) -> Path:
    (one,) = find(snapshot).anomalies
    return acknowledge(settings.anomalies.acknowledgements, one, Word("a load test", "Ann", **more), NOW)


def test_what_is_known_is_told_and_no_longer_counted(spend: Callable[..., Any], settings: Settings) -> None:
    made = spend(one=NIGHT)
    before = looked(made, settings)
    assert first_sentence(before)
    know(before, settings)
    after = looked(made, settings)
    figures = Figures(assess(after).figures)
    assert (figures.find(COUNT, "T").value, find(after).open, first_sentence(after)) == (0, (), ())
    (told,) = told_of(after)
    (known,) = figures.where(KNOWN)
    assert told.known == known
    assert (known.reason, dict(known.labels)["by"], known.value) == ("a load test", "Ann", "2025-11-01T06:00:00Z")
    assert find(before).open  # what was taken before is what it was


def test_what_goes_on_is_covered_the_next_day_and_a_later_one_is_not(
    spend: Callable[..., Any], settings: Settings
) -> None:
    made = spend(one=NIGHT, two=LATER)
    know(looked(made, settings), settings)
    (same,) = find(looked(made, settings, "2025-10-31")).anomalies
    (later,) = find(looked(made, settings, "2025-11-03")).anomalies
    assert (same.known is not None, same.end is not None, later.known) == (True, True, None)


def test_until_a_day_later_ones_are_covered_too(spend: Callable[..., Any], settings: Settings) -> None:
    made = spend(one=NIGHT, two=LATER)
    know(looked(made, settings), settings, until=datetime(2025, 11, 4, tzinfo=UTC))
    (later,) = find(looked(made, settings, "2025-11-03")).anomalies
    assert later.known is not None


@pytest.mark.parametrize(
    "change", [{"side": "under"}, {"main": "storage"}, {"tenant": "U"}, {"what": "grounding.pass_rate"}]
)
def test_another_series_or_side_is_not_covered(
    spend: Callable[..., Any], settings: Settings, change: dict[str, str]
) -> None:
    made = spend(one=NIGHT)
    (one,) = find(looked(made, settings)).anomalies
    acknowledge(settings.anomalies.acknowledgements, replace(one, **change), Word("x", "y"), NOW)  # type: ignore[arg-type]
    assert len(find(looked(made, settings)).open) == 1


def test_a_snapshot_carries_what_was_known_when_it_was_taken(
    spend: Callable[..., Any], settings: Settings, tmp_path: Path
) -> None:
    made = spend(one=NIGHT)
    file = know(looked(made, settings), settings)
    taken = looked(made, settings)
    write(taken, tmp_path / "run")
    file.unlink()
    again = read(tmp_path / "run")
    assert [one.known for one in find(again).anomalies] == [one.known for one in find(taken).anomalies]
    assert assess(again) == assess(taken)


def test_a_garbled_file_is_named_and_hides_nothing(spend: Callable[..., Any], settings: Settings) -> None:
    made = spend(one=NIGHT)
    file = know(looked(made, settings), settings)
    file.write_text(file.read_text(encoding="utf-8")[:40], encoding="utf-8")
    taken = looked(made, settings)
    assert len(find(taken).open) == 1
    assert [file.name in note.text for note in taken.notes if note.kind == "acknowledgement"] == [True]


def test_a_report_of_one_tenant_holds_no_acknowledgement_of_another(
    spend: Callable[..., Any], settings: Settings
) -> None:
    made = spend(spend(one=NIGHT).known("U"), tenant="U")
    (one,) = find(looked(made, settings)).anomalies
    acknowledge(settings.anomalies.acknowledgements, one, Word("secret", "Ann"), NOW)
    alone = made.snapshot("daily", "2025-10-30", settings=settings, tenants=("U",))
    assert "acknowledgements" not in alone.evidence


def test_an_end_before_it_began_is_a_usage_error(spend: Callable[..., Any], settings: Settings) -> None:
    with pytest.raises(UsageError, match="before the anomaly began"):
        know(looked(spend(one=NIGHT), settings), settings, until=datetime(2025, 10, 1, tzinfo=UTC))


def test_a_name_that_there_is_not_is_a_usage_error_naming_those_that_there_are(
    spend: Callable[..., Any], settings: Settings
) -> None:
    found = find(looked(spend(one=NIGHT), settings))
    with pytest.raises(UsageError, match=f"there are {found.anomalies[0].id}"):
        named(found, "nonsense")
    assert named(found, found.anomalies[0].id) == found.anomalies[0]


@pytest.mark.parametrize(
    ("label", "report"),
    [
        ("2025-10-30", "daily"),
        ("2025-W44", "weekly"),
        ("2025-10", "monthly"),
        ("2025-Q3", "trends"),
        ("2025", "trends"),
    ],
)
def test_a_look_asks_for_what_the_report_of_the_period_asks_for(label: str, report: str) -> None:
    order = order_of(Period.parse(label))
    assert order.report == report
    assert order.windows is not None
    assert "budget.cost" in order.windows
    assert "platform.replication_lag" not in order.windows


def test_a_few_days_are_looked_at_by_the_hour() -> None:
    assert order_of(Period.parse("2025-10-01..2025-10-15")).report == "weekly"
    assert timedelta(days=62) == Period.parse("2025-07-01..2025-08-31").after - Period.parse("2025-07-01").first
