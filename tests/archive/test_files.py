"""What lies in an archive: Parquet that others read, records that are believed only whole, waste that may go."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from archive_play import COST, DAY, OWNER, START, FakeServer, held, puller
from hypothesis import given
from hypothesis import strategies as st

from mcreports.archive import checking, segment
from mcreports.archive.archive import Archive
from mcreports.archive.days import joined, without
from mcreports.archive.pruning import remove, waste
from mcreports.archive.reading import series
from mcreports.archive.records import Asked, Record, loads
from mcreports.archive.remote import store_of
from mcreports.archive.sync import restate_span, sync
from mcreports.archive.upkeep import status
from mcreports.archive.verifying import verify
from mcreports.errors import ArchiveError, DataError, UnreachableError

HOUR = DAY // 24
NOW = START + 3 * DAY
LATER = int(time.time() * 1000) + 3 * DAY  # than whatever these tests write
PLAIN = Record(
    "ab" * 8, COST.name, START // DAY, OWNER, NOW, (Asked(START, NOW - 2 * DAY, START + HOUR),), "tenant", None
)


@pytest.fixture
def server() -> FakeServer:
    server = FakeServer()
    for number in range(40):
        server.put(f"T{number:02}", {START + hour * HOUR: hour * number * 0.1 for hour in range(72)}, driver="x")
    return server


def names(archive: Archive) -> set[str]:
    return {found.path for found in archive.store.find("")}


def test_duckdb_reads_a_day_with_plain_sql(local_archive: Archive, server: FakeServer) -> None:
    sync(puller(local_archive, server, NOW), COST, (START, NOW))
    where = f"{local_archive.store.shown}/{COST.name}/2025-10-02/*.parquet"
    sql = f"SELECT labels->>'tenant' t, tenant, count(*), max(value), min(ts) FROM '{where}' GROUP BY 1, 2 ORDER BY 1"  # noqa: S608
    rows = duckdb.sql(sql).fetchall()
    assert rows[7] == ("T07", "T07", 24, 47 * 7 * 0.1, START + DAY)
    assert len(rows) == 40


def test_one_tenant_is_read_from_its_row_groups_alone(
    local_archive: Archive, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "GROUP", 48)
    sync(puller(local_archive, server, NOW), COST, (START, START + DAY))
    read = []
    plain = segment._series  # noqa: SLF001 - what is counted
    monkeypatch.setattr(segment, "_series", lambda table, wanted: read.append(len(table)) or plain(table, wanted))
    found = list(series(local_archive, COST, (START, NOW), ["T07"]))
    assert [one.labels["tenant"] for one in found] == ["T07"]
    assert sum(read) <= 48
    assert held(local_archive, tenants=["T07", "T39"]) == {
        key: v for key, v in server.samples.items() if key[1] < START + DAY and dict(key[0])["tenant"] in {"T07", "T39"}
    }


def test_another_name_for_the_tenant_label_finds_the_tenants_that_were_archived_before(local_archive: Archive) -> None:
    server = FakeServer()
    server.put("A", {START: 1.0}, customer="Z")
    server.put("B", {START: 2.0}, customer="Y")
    sync(puller(local_archive, server, NOW), COST, (START, START + DAY))
    renamed = replace(COST, server_labels={"tenant": "customer"})
    found = list(series(local_archive, renamed, (START, NOW), ["Y"]))
    assert [one.labels["tenant"] for one in found] == ["B"]


@given(
    st.dictionaries(
        st.tuples(st.text(max_size=5), st.text(max_size=5)),
        st.dictionaries(st.integers(0, DAY - 1), st.floats(allow_nan=False), min_size=1, max_size=5),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_what_is_encoded_is_decoded(given_series: dict[tuple[str, str], dict[int, float]]) -> None:
    curves = {
        segment.canonical({"tenant": tenant, "x": other}): (
            np.array(sorted(rows), np.int64), np.array([rows[ts] for ts in sorted(rows)]),
        )
        for (tenant, other), rows in given_series.items()
    }  # fmt: skip
    data, content = segment.encode(curves, "tenant")
    record = replace(PLAIN, content=content)
    back = list(segment.pieces(checking.whole(data, record, "x"), record, "x", None))
    assert {labels for labels, _ in back} == set(curves)
    for labels, (ts, values) in back:
        assert ts.tolist() == curves[labels][0].tolist()
        assert values.tobytes() == curves[labels][1].tobytes()
    assert set(segment.names(pa.BufferReader(data), "x")) == set(curves)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))), st.tuples(st.integers(0, 30), st.integers(0, 30)))
def test_spans_are_sets_of_instants(spans: list[tuple[int, int]], span: tuple[int, int]) -> None:
    def points(some: list[tuple[int, int]]) -> set[int]:
        return {at for start, until in some for at in range(start, until)}

    assert points(joined(spans)) == points(spans)
    assert points(without(span, spans)) == points([span]) - points(spans)
    assert all(start < until for start, until in [*joined(spans), *without(span, spans)])


def test_a_record_comes_back_as_it_was() -> None:
    assert loads(PLAIN.dumps(), f"x/{PLAIN.id}.json", COST.name, PLAIN.day) == PLAIN


@given(st.data())
def test_a_record_of_which_one_byte_changed_is_never_believed(data: st.DataObject) -> None:
    raw = bytearray(PLAIN.dumps())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    found = PLAIN  # what stays it is another way to write the same: white space, an escape
    with suppress(DataError):
        found = loads(bytes(raw), f"x/{PLAIN.id}.json", COST.name, PLAIN.day)
    assert found == PLAIN


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"null", b"{}", b"\xff", b'{"schema": "mcreports.segment/2"}', b"[" * 100_000]
)
def test_what_is_no_record_is_named(text: bytes) -> None:
    with pytest.raises(DataError, match=r"here/x\.json"):
        loads(text, "here/x.json", COST.name, 1)


def test_verify_finds_segments_that_contradict_each_other(new_archive: Callable[[], Archive]) -> None:
    archive, other = new_archive(), FakeServer()
    other.put("A", {START: 1.0})
    sync(puller(archive, other, START + HOUR), COST, (START, START + DAY))
    record = archive.live(COST.name)[START // DAY][0]
    curves = {segment.canonical({"__name__": COST.name, "tenant": "A"}): (np.array([START]), np.array([2.0]))}
    archive.add(replace(record, replaces=()), curves)
    (fault,) = verify(new_archive(), lambda _: None, LATER).faults
    assert "1.0" in fault
    assert "2.0" in fault
    with pytest.raises(DataError, match=r"1\.0 and 2\.0|2\.0 and 1\.0"):
        held(new_archive())
    other.put("A", {START: 2.0})
    restate_span(puller(new_archive(), other, NOW), COST, (START, START + DAY), "the second was right")
    assert list(held(new_archive()).values()) == [2.0]


def test_what_is_no_part_of_an_archive_is_left_alone(local_archive: Archive, server: FakeServer) -> None:
    sync(puller(local_archive, server, NOW), COST, (START, NOW))
    root, before = Path(local_archive.store.shown), held(local_archive)
    (root / COST.name / "notes").mkdir()
    for file in (
        "README",
        f"{COST.name}/2025-10-02/x.parquet",
        f"{COST.name}/notes/x.json",
        f"{COST.name}/2025-10-02/y",
    ):
        (root / file).write_text("mine")
    again = Archive(store_of(str(root), {}))
    assert held(again) == before
    assert not verify(again, lambda _: None, int(time.time() * 1000)).faults
    remove(again, waste(again, START, {}, int(time.time() * 1000)))
    assert (root / COST.name / "notes/x.json").exists()
    assert held(Archive(store_of(str(root), {}))) == before


def test_prune_removes_replaced_segments_and_orphans_after_a_day(
    new_archive: Callable[[], Archive], server: FakeServer
) -> None:
    archive = new_archive()
    for hours in (5, 30, 72):
        sync(puller(archive, server, START + hours * HOUR), COST, (START, NOW))
    archive.store.write(f"{COST.name}/2025-10-02/{'f' * 32}.parquet", b"an orphan")
    before, files = held(new_archive()), names(archive)
    now = int(time.time() * 1000)
    assert waste(archive, 0, {}, now).files == ()
    found = waste(archive, 0, {}, now + 3 * DAY)
    assert (found.orphans, found.days) == (1, 0)
    assert found.replaced >= 4
    remove(archive, found)
    assert names(new_archive()) == files - set(found.files)
    assert held(new_archive()) == before
    assert not verify(new_archive(), lambda _: None, LATER).faults


def test_prune_killed_at_any_file_brings_no_restated_value_back(tmp_path: Path, server: FakeServer) -> None:
    archive = Archive(store_of(str(tmp_path / "a"), {}))
    sync(puller(archive, server, NOW), COST, (START, START + DAY))
    for value in (7.77, 8.88):
        server.put("T01", {START: value}, driver="x")
        restate_span(puller(archive, server, NOW), COST, (START, START + DAY), f"to {value}")
    for before in (0, START + 9 * DAY):
        found = waste(archive, before, {}, int(time.time() * 1000) + 3 * DAY)
        for path in found.files:
            archive.store.remove(path)
            again = Archive(store_of(str(tmp_path / "a"), {}))
            assert not ({7.77} & set(held(again).values()))
    assert held(archive) == {}


def test_prune_keeps_what_is_needed(local_archive: Archive, server: FakeServer) -> None:
    sync(puller(local_archive, server, NOW), COST, (START, NOW))
    found = waste(local_archive, START + 9 * DAY, {COST.name: START + DAY}, NOW)
    assert (found.days, found.protected) == (1, 2)
    remove(local_archive, found)
    (kept,) = status(local_archive, NOW)
    assert (kept.days, kept.first, kept.gaps) == (2, START + DAY, ())


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, server: FakeServer) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArchiveError, match=r"file/archive\.json: cannot be .* what was archived before stands"):
        sync(puller(Archive(store_of(str(tmp_path / "file"), {})), server, NOW), COST, (START, NOW))


def test_an_object_store_that_is_away_is_named_and_may_be_tried_again(server: FakeServer) -> None:
    options = {"endpoint_url": "http://127.0.0.1:9", "key": "a", "secret": "hush"}
    with pytest.raises(UnreachableError, match="s3://bucket/x") as caught:
        sync(puller(Archive(store_of("s3://bucket/x", options)), server, NOW), COST, (START, NOW))
    assert "hush" not in str(caught.value)


def test_a_temporary_file_of_a_killed_writer_is_pruned(local_archive: Archive, server: FakeServer) -> None:
    sync(puller(local_archive, server, NOW), COST, (START, NOW))
    left = Path(local_archive.store.shown) / COST.name / "2025-10-02" / ".writing-0123"
    left.write_bytes(b"half")
    os.utime(left, (1, 1))
    assert waste(local_archive, 0, {}, int(time.time() * 1000)).files == (f"{COST.name}/2025-10-02/.writing-0123",)
