from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pandas.testing import assert_frame_equal

from mcreports import snapshot
from mcreports.domains.compose import compose
from mcreports.errors import DataError
from mcreports.period import Period
from mcreports.samples import Note
from mcreports.settings import ReportSettings, Settings
from mcreports.sources.demo import DemoSource
from mcreports.sources.demo.evidence import write_evidence
from mcreports.take import Order, take

if TYPE_CHECKING:
    from pathlib import Path

    from mcreports.snapshot import Snapshot

NOON = datetime(2025, 10, 31, 12, 0, 7, 123456, tzinfo=UTC)
CHOSEN = Settings(
    report=ReportSettings(zone="Europe/Berlin", tenants=("TENANT_001", "TENANT_006")),
    tenants={"TENANT_001": {"owner": "x", "budget_daily": "1.50", "thresholds": {"budget.forecast": {"least_usd": 7}}}},
)


@pytest.fixture(scope="module")
def whole() -> Snapshot:
    """A snapshot with something in every part."""
    order = Order("daily", Period.parse("2025-10-31", "Europe/Berlin"), provisional=True)
    return replace(take(order, DemoSource(), CHOSEN, NOON), notes=(Note("a", "budget.cost", None, "\u202e<b>"),))


def same(one: Snapshot, two: Snapshot) -> None:
    for part in fields(one):
        first, second = getattr(one, part.name), getattr(two, part.name)
        if part.name in {"tables", "evidence"}:
            assert sorted(first) == sorted(second)
            for name in first:
                assert_frame_equal(first[name], second[name], check_categorical=False)
        else:
            assert first == second, part.name


def test_what_is_read_is_what_was_written(whole: Snapshot, tmp_path: Path) -> None:
    snapshot.write(whole, tmp_path)
    same(whole, snapshot.read(tmp_path))


def test_a_report_over_the_files_is_the_report_over_memory(whole: Snapshot, tmp_path: Path) -> None:
    snapshot.write(whole, tmp_path)
    one, two = compose(whole), compose(snapshot.read(tmp_path))
    assert one.figures.every == two.figures.every
    assert (one.verdicts, one.reconciliation, one.headline) == (two.verdicts, two.reconciliation, two.headline)


def test_the_same_snapshot_is_the_same_bytes(whole: Snapshot, tmp_path: Path) -> None:
    told = []
    for name in "ab":
        snapshot.write(whole, tmp_path / name)
        files = sorted(file for file in (tmp_path / name).rglob("*") if file.is_file())
        told.append([(str(file.relative_to(tmp_path / name)), file.read_bytes()) for file in files])
    assert told[0] == told[1]


def test_evidence_travels_with_it(tmp_path: Path) -> None:
    write_evidence(tmp_path / "evidence", 7)
    chosen = Settings(report=ReportSettings(evidence=tmp_path / "evidence"))
    order = Order("daily", Period.parse("2025-10-31"))
    found = take(order, DemoSource(), chosen, datetime(2025, 11, 2, tzinfo=UTC))
    snapshot.write(found, tmp_path / "run")
    assert found.evidence
    same(found, snapshot.read(tmp_path / "run"))


@pytest.mark.parametrize(
    "change",
    [
        lambda _: [], lambda _: None, lambda body: {**body, "schema": "other/1"},
        lambda body: {key: value for key, value in body.items() if key != "windows"},
        lambda body: {**body, "period": {"label": "yesterday", "zone": "UTC"}},
        lambda body: {**body, "windows": {"budget.cost": {"start": "x", "end": "y", "watched_since": None}}},
        lambda body: {**body, "rules": {"readiness": {"op": "<", "fail": "ten", "warn": None, "least_usd": None}}},
        lambda body: {**body, "source": {"what": 1}},
    ],
)  # fmt: skip
def test_a_description_that_was_changed_names_its_file(whole: Snapshot, tmp_path: Path, change: Any) -> None:
    snapshot.write(whole, tmp_path)
    file = tmp_path / "snapshot.json"
    file.write_text(json.dumps(change(json.loads(file.read_text()))))
    with pytest.raises(DataError, match=r"snapshot\.json: the (snapshot|schema)"):
        snapshot.read(tmp_path)


def test_a_description_that_is_torn_or_gone_names_its_file(tmp_path: Path) -> None:
    for text in (None, '{"schema": "mcrep'):
        if text is not None:
            (tmp_path / "snapshot.json").write_text(text)
        with pytest.raises(DataError, match=r"snapshot\.json: the snapshot cannot be read"):
            snapshot.read(tmp_path)


def test_a_table_that_is_torn_gone_or_of_another_length_names_its_file(whole: Snapshot, tmp_path: Path) -> None:
    snapshot.write(whole, tmp_path)
    cost, limit = (tmp_path / "snapshot" / f"metric.budget.{name}.parquet" for name in ("cost", "limit_daily"))
    limit.replace(cost)
    with pytest.raises(DataError, match=r"metric\.budget\.cost\.parquet: has \d+ rows"):
        snapshot.read(tmp_path).table("budget.cost")
    with pytest.raises(DataError, match=r"metric\.budget\.limit_daily\.parquet: .* cannot be read"):
        snapshot.read(tmp_path).table("budget.limit_daily")
    cost.write_bytes(cost.read_bytes()[:100])
    with pytest.raises(DataError, match=r"cannot be read"):
        snapshot.read(tmp_path).table("budget.cost")


def test_a_metric_that_was_not_pulled_is_an_empty_table(whole: Snapshot) -> None:
    assert list(whole.table("budget.cost_today").columns) == ["tenant", "ts", "value"]


def test_a_tenants_own_rule_goes_over_that_of_all(whole: Snapshot) -> None:
    assert whole.rule("budget.forecast", "TENANT_001").least_usd == 7
    assert whole.rule("budget.forecast", "TENANT_006").least_usd == 500
