"""Facts handed over: exact, of this snapshot, and believed by the notebook alone."""

from __future__ import annotations

from array import array
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as some

from mcreports.domains import codec, facts
from mcreports.domains.accounts import Account, accounts
from mcreports.domains.compose import compose
from mcreports.domains.events import Count
from mcreports.domains.handover import FILE, bare, clear, hand_over, recall, work_out
from mcreports.domains.ledger import Spend
from mcreports.domains.series import Seen
from mcreports.errors import DataError
from mcreports.figures import Quality
from mcreports.snapshot import FILE as SNAPSHOT
from mcreports.snapshot import Snapshot, read, write

whole = some.integers(-(2**70), 2**70)
text = some.text(max_size=5)
number = some.floats(allow_nan=False)
spans = some.lists(some.tuples(whole, whole), max_size=3).map(tuple)
maybe = some.none() | whole
seen = some.builds(Seen, whole, whole, spans, spans, some.none() | spans, number)
reasons = some.lists(text, max_size=3).map(tuple)
count = some.builds(Count, maybe, maybe, maybe, whole, seen, whole, reasons, some.booleans())
spend = some.builds(Spend, maybe, maybe, maybe, some.sampled_from(Quality), whole, whole, number, whole, reasons)


@some.composite
def drivers(draw: some.DrawFn) -> dict[str, Account]:
    windows = draw(some.lists(some.tuples(whole, whole), unique=True, max_size=3))
    hours = some.lists(some.integers(-2, 2**40), max_size=3).map(lambda readings: array("q", readings))
    own = some.fixed_dictionaries(dict.fromkeys(windows, spend))
    account = some.builds(Account, whole, whole, number, own, hours)
    return draw(some.dictionaries(text, account, min_size=1, max_size=3))


@given(seen)
def test_what_was_seen_is_read_as_it_was_written(fact: Seen) -> None:
    assert codec.read("seen", codec.write("seen", fact)) == fact


@given(some.lists(some.tuples(some.dictionaries(text, text, max_size=2), count), max_size=3).map(tuple))
def test_counts_are_read_as_they_were_written(fact: Any) -> None:
    assert codec.read("counts", codec.write("counts", fact)) == fact


@given(drivers())
def test_accounts_are_read_as_they_were_written(fact: Any) -> None:
    found = codec.read("accounts", codec.write("accounts", fact))
    assert found == fact
    assert {type(one.quality) for own in found.values() for one in own.spends.values()} <= {Quality}


def test_a_number_that_is_none_and_numpys_own_kinds_are_kept() -> None:
    fact = Seen(np.int64(3), 4, ((1, 2),), (), None, float("nan"))  # type: ignore[arg-type]
    found = codec.read("seen", codec.write("seen", fact))
    assert (found.samples, found.gaps, np.isnan(found.interval)) == (3, ((1, 2),), True)
    doubted = (({"tenant": "T"}, Count(None, is_unborn=np.True_)),)  # type: ignore[arg-type]
    assert codec.read("counts", codec.write("counts", doubted)) == doubted


def test_what_has_no_text_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(TypeError, match="a fact holds a object, which has no text"):
        codec.write("seen", Seen(object()))  # type: ignore[arg-type]


def test_every_field_of_a_fact_is_written() -> None:
    # a field that is added to one of these must be added to the codec
    names = {kind.__name__: len(fields(kind)) for kind in (Seen, Count, Spend, Account)}
    assert names == {"Seen": 6, "Count": 8, "Spend": 9, "Account": 5}


@pytest.fixture
def taken(demo_runs: Path, tmp_path: Path) -> Snapshot:
    write(read(demo_runs / "daily" / "2025-10-31" / "r1"), tmp_path)
    return read(tmp_path)


def test_facts_handed_over_are_those_that_are_worked_out(taken: Snapshot, tmp_path: Path) -> None:
    hand_over(tmp_path, [work_out(taken)])
    told = read(tmp_path)
    recall(told, tmp_path)
    own = {**facts.prepare(taken), "accounts": accounts(taken), "facts": None}
    assert told.memo == own


def test_facts_hang_on_little_of_a_snapshot(taken: Snapshot) -> None:
    assert facts.prepare(bare(taken)).keys() == facts.prepare(taken).keys()


def test_without_facts_nothing_is_recalled(taken: Snapshot, tmp_path: Path) -> None:
    hand_over(tmp_path, [work_out(taken)])
    clear(tmp_path)
    clear(tmp_path)
    recall(taken, tmp_path)
    assert taken.memo == {}


def test_facts_of_another_snapshot_are_refused(taken: Snapshot, tmp_path: Path) -> None:
    hand_over(tmp_path, [work_out(taken)])
    file = tmp_path / SNAPSHOT
    file.write_text(file.read_text(encoding="utf-8").replace('"final"', '"preliminary"'), encoding="utf-8")
    with pytest.raises(DataError, match=r"facts\.parquet: the facts cannot be read: ValueError: they are another"):
        recall(read(tmp_path), tmp_path)


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"no parquet at all"])
def test_torn_facts_are_refused(damage: bytes, taken: Snapshot, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(damage)
    with pytest.raises(DataError, match=r"facts\.parquet: the facts cannot be read"):
        recall(taken, tmp_path)


@pytest.mark.parametrize(
    ("name", "fact"),
    [("accounts", "[]"), ("accounts", "null"), ("accounts", "{"), ("strange", "[]"), ("accounts", "[" * 100_000)],
)
def test_facts_that_are_none_are_refused(name: str, fact: str, taken: Snapshot, tmp_path: Path) -> None:
    table = work_out(bare(taken))
    hand_over(tmp_path, [type(table).from_pydict({"name": [name], "tenant": ["T"], "fact": [fact]}, table.schema)])
    with pytest.raises(DataError, match=r"facts\.parquet: the facts cannot be read"):
        recall(taken, tmp_path)


def test_a_fact_that_was_tampered_with_is_seen_when_the_samples_are_asked(taken: Snapshot, tmp_path: Path) -> None:
    hand_over(tmp_path, [work_out(taken)])
    table = pq.read_table(tmp_path / FILE)
    rows = table.to_pylist()
    (at,) = (i for i, row in enumerate(rows) if (row["name"], row["tenant"]) == ("accounts", "TENANT_001"))
    rows[at]["fact"] = rows[at]["fact"].replace('"actual",0', '"actual",1')
    hand_over(tmp_path, [type(table).from_pylist(rows, work_out(bare(taken)).schema)])
    told = read(tmp_path)
    recall(told, tmp_path)
    assert compose(told).figures.every != compose(read(tmp_path)).figures.every
