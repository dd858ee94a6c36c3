"""Evidence becomes flat tables; what is stale, of somebody else or of the wrong type is a fault."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from mcreports.evidence.tables import SCHEMAS

if TYPE_CHECKING:
    from pathlib import Path

OPERATIONS = "autonomy/TENANT_003/operations_20251031.json"


def test_the_demos_week_holds_from_the_first_file_to_the_last(full: Any) -> None:
    tables = full.read()
    assert tables.keys() == SCHEMAS.keys()
    assert tables["faults"].empty
    assert tables["claims"]["holds"].all()
    assert len(tables["files"]) == sum(path.is_file() for path in full.root.rglob("*"))
    assert len(tables["operations"]) == full.count()


def test_the_tables_are_the_same_after_a_trip_through_parquet(full: Any, tmp_path: Path) -> None:
    full.put("budgets/broken.json", b"{")
    for name, table in full.read().items():
        table.to_parquet(tmp_path / "t.parquet", index=False)
        assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), table)
        assert {column: str(dtype) for column, dtype in table.dtypes.items()} == SCHEMAS[name]


def test_empty_tables_have_their_columns_too(shelf: Any, tmp_path: Path) -> None:
    for name, table in shelf.read().items():
        table.to_parquet(tmp_path / "t.parquet", index=False)
        assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), table)
        assert list(table.columns) == list(SCHEMAS[name])


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("success", "true", "is 'true', not true or false"),
        ("success", 1, "is 1, not true or false"),
        ("tenant", "TENANT_004", "is 'TENANT_004', in the directory of 'TENANT_003'"),
        ("timestamp", "yesterday", "is 'yesterday', not an instant"),
        ("timestamp", 1761868800, "is 1761868800, not text"),
        ("execution_time_ms", -1, "is -1, out of range"),
        ("execution_time_ms", 1e400, "is inf, out of range"),
        ("execution_time_ms", 10**400, "out of range"),
        ("execution_time_ms", None, "is None, not a number"),
        ("compensation", [], "is missing"),
        ("violations", {"policy": 0}, "is missing"),
        ("operation_id", "", "is empty"),
        ("operation_id", ["x"], "is list of 1, not text"),
    ],
)
def test_a_field_of_the_wrong_type_is_named_and_only_its_row_is_lost(
    full: Any, path: str, value: Any, text: str
) -> None:
    body = full.get(OPERATIONS)
    body[17][path] = value
    raw = full.put(OPERATIONS, body)
    raw.write_bytes(raw.read_bytes().replace(b"Infinity", b"1e400"))
    (file, field, said), *others = full.faults()
    assert (file, others) == (OPERATIONS, [])
    assert field.startswith(f"[17].{path}")
    assert text in said
    assert len(full.read()["operations"]) == full.count() - 1


def test_a_row_that_is_no_object_is_a_fault(full: Any) -> None:
    body = full.get(OPERATIONS)
    full.put(OPERATIONS, [*body, 42])
    assert full.faults() == [(OPERATIONS, f"[{len(body)}]", "is 42, not an object")]


def test_thousands_of_bad_rows_are_a_few_faults(full: Any) -> None:
    full.put(OPERATIONS, [{}] * 5000)
    faults = full.faults()
    assert len(faults) == 21
    assert faults[-1][2] == "and 4980 more rows like that"


def test_an_instant_without_an_offset_is_utc_and_one_with_it_is_converted(full: Any) -> None:
    body = full.get(OPERATIONS)[:2]
    body[0]["timestamp"], body[1]["timestamp"] = "2025-10-31T12:00:00.250", "2025-10-31T13:00:00+05:45"
    full.put(OPERATIONS, body)
    table = full.read()["operations"]
    found = list(table[table["file"] == OPERATIONS]["ts"])
    assert found == [pd.Timestamp("2025-10-31T12:00:00.250Z"), pd.Timestamp("2025-10-31T07:15:00Z")]


def test_instants_at_the_ends_of_the_calendar_do_no_harm(full: Any) -> None:
    body = full.get(OPERATIONS)
    body[0]["timestamp"], body[1]["timestamp"] = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"
    full.put(OPERATIONS, body)
    assert [(field, text.split(", ")[1]) for _, field, text in full.faults()] == [
        ("[0].timestamp", "out of range"),
        ("[1].timestamp", "out of range"),
    ]


def test_old_evidence_is_stale_and_is_not_shown(full: Any) -> None:
    later = datetime(2026, 1, 1, tzinfo=UTC)
    tables = full.read((), later, later + timedelta(days=7))
    assert set(tables["faults"]["kind"]) == {"stale"}
    left = {"faults", "files", "config", "claims", "trajectories"}
    assert {name for name, table in tables.items() if len(table)} == left
    assert set(tables["files"]["kind"]) == {"config-baseline", "golden-set"}
    stale = tables["faults"].set_index("file").loc["rag/grounding-final-attest.json"]
    assert stale["field"] == "timestamp"
    assert "is of 2025-10-31T" in stale["text"]


def test_evidence_of_the_week_before_still_speaks_for_a_day(full: Any) -> None:
    day = datetime(2025, 11, 3, tzinfo=UTC)
    assert full.read((), day, day + timedelta(days=1))["faults"].empty


def test_other_json_beside_the_operations_claims_nothing(full: Any) -> None:
    whole = len(full.read()["files"])
    full.put("autonomy/TENANT_003/notes.json", {"by": "hand"})
    assert full.faults() == []
    assert len(full.read()["files"]) == whole


def test_reading_twice_gives_the_same_tables(full: Any) -> None:
    one, two = full.read(), full.read()
    for name, table in one.items():
        assert_frame_equal(table, two[name])
