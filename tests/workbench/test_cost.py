"""Spend: exact, however it is split, and the reports' own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcreports.errors import UsageError
from mcreports.workbench.asked import PARTS, between
from mcreports.workbench.opening import connect
from mcreports.workbench.result import USD, Result

if TYPE_CHECKING:
    from mcreports.domains.compose import Report
    from mcreports.workbench.bench import Workbench

BENCH = connect("demo://?seed=7&step=3600", now=datetime(2025, 11, 2, tzinfo=UTC))


def added(result: Result) -> Decimal:
    return sum((value for value in result["usd"] if value is not pd.NA and not pd.isna(value)), Decimal(0))


@settings(max_examples=20)
@given(
    st.sets(st.sampled_from(["tenant", "driver"])),
    st.sampled_from([None, *PARTS]),
    st.integers(0, 600).map(lambda after: datetime(2025, 9, 25, 7, tzinfo=UTC) + timedelta(hours=after)),
    st.timedeltas(timedelta(hours=1), timedelta(days=9)),
    st.sampled_from([None, "TENANT_003", "TENANT_006"]),
)
def test_rows_add_up_to_the_total_to_the_cent_however_they_are_split(
    names: set[str], part: str | None, start: datetime, length: timedelta, tenant: str | None
) -> None:
    about = between(start, start + length, "UTC").label
    found = BENCH.cost(about, [*sorted(names), *([part] if part else [])], tenant)
    whole = BENCH.cost(about, (), tenant)
    total = whole["usd"].iloc[0]
    assert added(found) == (Decimal(0) if pd.isna(total) else total)
    assert found.said is not None
    assert found.said.total is not None
    assert found.said.total.value == (None if pd.isna(total) else total)


def test_the_figures_are_the_daily_reports_own(demo: Workbench, report: Report) -> None:
    wanted = {figure.key: figure for figure in report.figures}
    asked = [("2025-10-31", by) for by in ("tenant", ("tenant", "driver"), "driver", ())]
    for period, by in (*asked, ("2025-10", ("tenant", "day")), ("2025-10", ("driver", "day"))):
        found = demo.cost(period, by)
        assert found.said is not None
        assert [found.said.figures[key] for key in found["figure"]] == [wanted[key] for key in found["figure"]]


def test_money_is_exact_and_names_are_categories(demo: Workbench) -> None:
    found = demo.cost("2025-10")
    assert isinstance(found, pd.DataFrame)
    kinds = found.dtypes
    assert kinds["usd"] == kinds["low"] == kinds["high"] == USD
    assert {str(kinds[name]) for name in ("tenant", "driver", "quality")} == {"category"}
    assert str(demo.cost("2025-10", "day")["day"].dtype) == "datetime64[ms, UTC]"
    assert isinstance(found["usd"].sum(), Decimal)


def test_what_is_not_known_is_na_with_its_reason_and_never_0(demo: Workbench) -> None:
    found = demo.cost("2025-10", ("tenant", "week"))
    unborn = found[(found["tenant"] == "TENANT_006") & (found["week"] < "2025-10-13")]
    assert unborn["usd"].isna().all()
    assert set(unborn["quality"]) == {"unknown"}
    assert set(unborn["reason"]) == {"no sample in it"}


def test_a_gap_is_estimated_with_the_bounds_that_hold_the_truth(demo: Workbench) -> None:
    found = demo.cost("2025-10-09", "tenant")
    assert set(found["quality"]) == {"estimated"}
    assert (found["low"] < found["usd"]).all()
    assert (found["usd"] < found["high"]).all()


def test_a_period_that_is_not_over_is_provisional_and_ends_now() -> None:
    bench = connect("demo://?seed=7&step=3600", now=datetime(2025, 10, 20, 12, tzinfo=UTC))
    found = bench.cost("2025-10", "day")
    assert found.freshness == "data through 2025-10-20T12:00:00Z, preliminary"
    assert found["day"].max() == pd.Timestamp("2025-10-20", tz="UTC")
    assert "PROVISIONAL" in (found._repr_html_() or "")


def test_a_period_that_has_not_begun_is_refused() -> None:
    with pytest.raises(UsageError, match="has not begun"):
        BENCH.cost("2026-10")


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("team", "by takes tenant, driver"),
        (["day", "hour"], "one of hour, day"),
        (None, "by None; by takes tenant"),
        (7, "by 7; by takes tenant"),
    ],
)
def test_what_spend_cannot_be_split_by_is_told(by: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        BENCH.cost("2025-10", by)


def test_days_are_those_of_the_settings_zone(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("zone") / "mcreports.toml"
    file.write_text('[report]\nzone = "Asia/Kathmandu"\n')
    bench = connect("demo://?seed=7&step=900", settings=file, now=BENCH.now)
    found = bench.cost("2025-10-20..2025-10-21", "day")
    assert str(found["day"].dtype) == "datetime64[ms, Asia/Kathmandu]"
    assert found["day"].iloc[0].isoformat() == "2025-10-20T00:00:00+05:45"


@pytest.mark.parametrize("period", ["2025-10-08", "2025-10-16", "2025-W40", "2025-10-12T10:00Z..2025-10-12T15:00Z"])
def test_an_answer_is_the_same_whatever_was_pulled_before(period: str) -> None:
    BENCH.cost("2025-10")
    BENCH.rates("2025-10")
    fresh = connect(BENCH.address, now=BENCH.now)
    pd.testing.assert_frame_equal(fresh.cost(period), BENCH.cost(period))
    pd.testing.assert_frame_equal(fresh.rates(period), BENCH.rates(period))


def test_samples_are_pulled_once_for_all_questions_about_them() -> None:
    bench = connect("demo://?seed=7&step=3600", now=BENCH.now)
    for by in ("tenant", "hour", "driver"):
        bench.cost("2025-10", by)
    bench.cost("2025-10-20", "hour", "TENANT_001")
    assert len(bench.kept) == 1
