"""What an archive believes: hashed bytes, segments that have a record, files that are listed as they are read."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from archive_play import COST, DAY, START, FakeServer, held, puller

from mcreports.archive import segment
from mcreports.archive.archive import Archive
from mcreports.archive.remote import store_of
from mcreports.archive.store import LocalStore, Store
from mcreports.archive.sync import restate_span, sync
from mcreports.archive.verifying import verify
from mcreports.errors import DataError

HOUR = DAY // 24
NOW = START + 3 * DAY
LATER = int(time.time() * 1000) + 3 * DAY  # than whatever these tests write
FLIPPER = Path(__file__).with_name("archive_flipper.py")


@pytest.fixture
def server() -> FakeServer:
    server = FakeServer()
    for number in range(40):
        server.put(f"T{number:02}", {START + hour * HOUR: hour * number * 0.1 for hour in range(72)}, driver="x")
    return server


def names(archive: Archive) -> set[str]:
    return {found.path for found in archive.store.find("")}


def test_a_changed_byte_is_named_or_not_read_wherever_it_is(tmp_path: Path) -> None:
    words = [sys.executable, "-B", str(FLIPPER), str(tmp_path / "archive")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, (lines[-1:], done.stderr)  # what kills it is the byte that it told last
    assert [line for line in lines if line.startswith("WRONG")] == []
    assert lines[-1] == "whole again"


@pytest.mark.parametrize("end", [0, 3, 500, -1])
def test_a_segment_that_was_cut_short_is_named(end: int, new_archive: Callable[[], Archive]) -> None:
    other = FakeServer()
    other.put("A", {START: 1.0})
    archive = new_archive()
    sync(puller(archive, other, NOW), COST, (START, START + DAY))
    (path,) = (path for path in names(archive) if path.endswith(".parquet"))
    archive.store.write(path, archive.store.read([path])[path][:end])
    for tenants in (None, ["A"]):
        with pytest.raises(DataError, match=r"\.parquet: "):
            held(new_archive(), tenants=tenants)
    archive.store.remove(path)
    for tenants in (None, ["A"]):
        with pytest.raises(DataError, match=r"\.parquet: the segment's file is missing"):
            held(new_archive(), tenants=tenants)


def test_some_tenants_are_read_without_the_bytes_of_the_others(
    new_archive: Callable[[], Archive], server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "GROUP", 48)
    sync(puller(new_archive(), server, NOW), COST, (START, START + DAY))
    archive = new_archive()
    asked: list[int] = []
    plain = type(archive.store).cut

    def cut(store: Store, path: str, spans: list[tuple[int, int]]) -> list[bytes]:
        asked.extend(end - begin for begin, end in spans)
        return plain(store, path, spans)

    monkeypatch.setattr(type(archive.store), "cut", cut)
    assert {dict(own)["tenant"] for own, _ in held(archive, tenants=["T07"])} == {"T07"}
    (content,) = (one.content for one in archive.live(COST.name)[START // DAY])
    assert content is not None
    footer = content.parts[-1][0]
    assert len(asked) == 2
    assert sum(asked) - footer < (content.size - footer) / 10


def test_samples_whose_record_is_lost_are_unclaimed_and_a_fault_after_a_day(
    new_archive: Callable[[], Archive], server: FakeServer
) -> None:
    archive = new_archive()
    sync(puller(archive, server, NOW), COST, (START, START + DAY))
    server.put("T01", {START: 7.77}, driver="x")
    restate_span(puller(archive, server, NOW), COST, (START, START + DAY), "it was wrong")
    ((_, (record,)),) = archive.live(COST.name).items()
    archive.store.remove(f"{record.place}.json")
    said = verify(new_archive(), lambda _: None, int(time.time() * 1000))
    assert said.faults == ()
    assert [f"{record.place}.parquet: unclaimed" in note for note in said.notes] == [True]
    said = verify(new_archive(), lambda _: None, LATER)
    assert [f"{record.place}.parquet: unclaimed" in fault for fault in said.faults] == [True]
    assert said.notes == ()


def test_what_lies_behind_a_link_is_listed_as_it_is_read(tmp_path: Path, server: FakeServer) -> None:
    archive = Archive(store_of(str(tmp_path / "a"), {}))
    sync(puller(archive, server, NOW), COST, (START, NOW))
    files, before = names(archive), held(archive)
    metric = tmp_path / "a" / COST.name
    days = sorted(metric.iterdir())
    one = next(days[0].glob("*.json"))
    for number, place in enumerate((one, days[1], metric)):
        place.rename(tmp_path / f"elsewhere{number}")
        place.symlink_to(tmp_path / f"elsewhere{number}")
    (metric / "circle").symlink_to(tmp_path / "a")
    (metric / "nowhere").symlink_to(tmp_path / "nowhere")
    again = Archive(store_of(str(tmp_path / "a"), {}))
    assert again.metrics() == (COST.name,)
    assert {path for path in names(again) if "circle" not in path} == files
    assert held(again) == before
    said = verify(again, lambda _: None, LATER)
    assert (said.segments, said.faults) == (3, ())


def test_a_report_lists_a_metric_once(
    local_archive: Archive, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(puller(local_archive, server, NOW), COST, (START, NOW))
    asked = []
    plain = LocalStore.find
    monkeypatch.setattr(LocalStore, "find", lambda store, below: asked.append(below) or plain(store, below))
    still = Archive(local_archive.store).still()
    for tenants in (None, ["T01"], ["T02", "T03"]):
        held(still, tenants=tenants)
    assert asked == [COST.name]
