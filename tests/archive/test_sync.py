"""What is fetched, what is kept, what is refused: on a directory, in memory, on S3."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from archive_play import COST, DAY, OWNER, START, FakeServer, held, puller

from mcreports.archive import collecting, empty
from mcreports.archive.archive import Archive
from mcreports.archive.days import instant, moment
from mcreports.archive.records import live
from mcreports.archive.sources import ArchiveSource
from mcreports.archive.sync import restate_span, sync
from mcreports.archive.upkeep import status
from mcreports.errors import DataError, UnreachableError, UsageError
from mcreports.sources.answer import PartialError

HOUR = DAY // 24
Opened = Callable[[], Archive]


def hourly(first: int, after: int, per_hour: float = 1.0) -> dict[int, float]:
    return {ts: per_hour * (ts - START) / HOUR for ts in range(first, after, HOUR)}


@pytest.fixture
def server() -> FakeServer:
    server = FakeServer()
    server.put("A", hourly(START, START + 4 * DAY), driver="compute", instance="a:1")
    server.put("B", hourly(START, START + 4 * DAY, 2.0), driver="compute", instance="b:1")
    return server


def test_what_was_pulled_is_what_the_server_has(new_archive: Opened, server: FakeServer) -> None:
    synced = sync(puller(new_archive(), server, START + 4 * DAY), COST, (START, START + 4 * DAY))
    assert (synced.added, synced.late) == (4 * 24 * 2, 0)
    assert held(new_archive()) == server.samples


def test_closed_days_are_never_asked_for_again(new_archive: Opened, server: FakeServer) -> None:
    now = START + 3 * DAY + HOUR
    sync(puller(new_archive(), server, now), COST, (START, START + 4 * DAY))
    server.asked.clear()
    sync(puller(new_archive(), server, now + HOUR), COST, (START, START + 4 * DAY))
    assert server.asked == [(instant(now - HOUR // 4), instant(now + HOUR + 1))]


def test_a_window_inside_a_day_fetches_the_whole_day(new_archive: Opened, server: FakeServer) -> None:
    sync(puller(new_archive(), server, START + 4 * DAY), COST, (START + DAY + 5 * HOUR, START + DAY + 6 * HOUR))
    assert server.asked == [(instant(START + DAY), instant(START + 2 * DAY))]


def test_a_closed_day_becomes_one_segment(new_archive: Opened, server: FakeServer) -> None:
    archive = new_archive()
    for hours in (5, 11, 23, 49):
        sync(puller(archive, server, START + hours * HOUR), COST, (START, START + DAY))
    records = new_archive().records(COST.name)
    (day,) = records
    (whole,) = live(records[day])
    assert [len(records[day]), whole.rows] == [5, 48]
    assert len(whole.replaces) == 4
    assert held(new_archive()) == {key: v for key, v in server.samples.items() if key[1] < START + DAY}


def test_many_pulls_of_an_open_day_leave_few_segments(new_archive: Opened, server: FakeServer) -> None:
    archive = new_archive()
    for minutes in range(60, 60 + 24 * 20, 20):
        sync(puller(archive, server, START + minutes * 60_000), COST, (START, START + DAY))
    ((_, records),) = new_archive().live(COST.name).items()
    assert len(records) <= 17
    server.asked.clear()
    sync(puller(new_archive(), server, START + minutes * 60_000), COST, (START, START + DAY))
    assert len(server.asked) == 1
    assert held(new_archive()).items() <= server.samples.items()


def test_late_samples_are_merged_and_counted(new_archive: Opened, server: FakeServer) -> None:
    now = START + DAY + 10 * HOUR + 5 * 60_000
    sync(puller(new_archive(), server, now), COST, (START, START + 2 * DAY))
    server.put("A", {START + DAY + 10 * HOUR - 60_000: 33.5, START + DAY + 10 * HOUR + 60_000: 34.5}, instance="late")
    synced = sync(puller(new_archive(), server, now + HOUR), COST, (START, START + 2 * DAY))
    assert (synced.late, synced.added) == (2, 4)
    assert {key for key in held(new_archive()) if ("instance", "late") in key[0]} == {
        key for key in server.samples if ("instance", "late") in key[0]
    }


def test_what_a_backlog_brings_hours_late_is_there_once_the_day_is_over(
    new_archive: Opened, server: FakeServer
) -> None:
    backlog = {key: v for key, v in server.samples.items() if START + 3 * HOUR <= key[1] < START + 9 * HOUR}
    server.samples = {key: v for key, v in server.samples.items() if key not in backlog}
    for hours in (4, 8, 10):
        sync(puller(new_archive(), server, START + hours * HOUR), COST, (START, START + DAY))
    server.samples |= backlog
    for hours in (12, 23):
        assert sync(puller(new_archive(), server, START + hours * HOUR), COST, (START, START + DAY)).late == 0
    synced = sync(puller(new_archive(), server, START + 25 * HOUR), COST, (START, START + DAY))
    assert synced.late == len(backlog) == 12
    assert held(new_archive()) == {key: v for key, v in server.samples.items() if key[1] < START + DAY}
    ((_, (whole,)),) = new_archive().live(COST.name).items()
    assert whole.late == 12


def test_a_day_is_asked_for_as_it_goes_by_and_once_more_when_it_is_over(
    local_archive: Archive, server: FakeServer
) -> None:
    for hours in range(1, 49):
        sync(puller(local_archive, server, START + hours * HOUR), COST, (START, START + DAY))
        sync(puller(local_archive, server, START + hours * HOUR + HOUR // 6), COST, (START, START + DAY))
    whole = instant(START), instant(START + DAY)
    assert [one for one in server.asked if one == whole] == [whole]
    assert server.asked[-1] == whole
    first = [one for one in server.asked[:-1] if one[0] == instant(START)]
    assert first == [(instant(START), instant(START + HOUR + 1))]


def test_a_day_that_was_only_settled_bit_by_bit_is_not_closed(local_archive: Archive, server: FakeServer) -> None:
    sync(puller(local_archive, server, START + 12 * HOUR), COST, (START, START + DAY))
    sync(puller(local_archive, server, START + DAY + 60_000), COST, (START, START + DAY))
    (before,) = status(local_archive, START + DAY + HOUR)
    sync(puller(local_archive, server, START + DAY + HOUR), COST, (START, START + DAY))
    (after,) = status(local_archive, START + DAY + HOUR)
    assert (before.closed, after.closed) == (0, 1)


def test_an_open_day_of_many_pulls_keeps_what_it_knows_when_they_become_one(
    local_archive: Archive, server: FakeServer
) -> None:
    for hours in range(1, 22):
        sync(puller(local_archive, server, START + hours * HOUR), COST, (START, START + DAY))
    server.asked.clear()
    sync(puller(local_archive, server, START + 22 * HOUR), COST, (START, START + DAY))
    sync(puller(local_archive, server, START + 26 * HOUR), COST, (START, START + DAY))
    begin = START + 21 * HOUR - HOUR // 4
    assert server.asked == [(instant(begin), instant(START + 22 * HOUR + 1)), (instant(START), instant(START + DAY))]


def test_years_without_a_sample_are_one_file(new_archive: Opened, server: FakeServer) -> None:
    now, since = START + 4 * DAY, START - 3 * 365 * DAY
    for _ in range(2):
        sync(puller(new_archive(), server, now), COST, (since, now))
    places = [one.path.split("/") for one in new_archive().store.find(COST.name)]
    assert sorted(place[1] for place in places if place[2].endswith(".json")) == [
        *("2025-10-01", "2025-10-02", "2025-10-03", "2025-10-04"),
        "empty",
    ]
    (told,) = status(new_archive(), now)
    assert (told.first, told.gaps, told.days) == (since, (), 4)
    assert ArchiveSource(new_archive(), moment(now)).fetch(COST, moment(since), moment(now)).notes == ()


def test_a_day_that_was_empty_and_then_was_not_is_no_longer_called_empty(new_archive: Opened) -> None:
    server, now = FakeServer(), START + 9 * DAY
    sync(puller(new_archive(), server, now), COST, (START, START + 3 * DAY))
    server.put("A", hourly(START + DAY, START + 2 * DAY))
    sync(puller(new_archive(), server, now), COST, (START, START + 3 * DAY))
    whole = (START, START + DAY), (START + 2 * DAY, START + 3 * DAY)
    vain = empty.read(new_archive(), COST.name)
    assert (vain.asked, vain.settled, len(vain.files)) == (whole, whole, 1)
    server.put("A", hourly(START, START + 3 * DAY))
    sync(puller(new_archive(), server, now), COST, (START, START + 3 * DAY))
    assert empty.read(new_archive(), COST.name) == empty.Empty()
    assert status(new_archive(), now)[0].gaps == ()


def test_empty_days_that_two_pulls_noted_at_once_are_all_known(new_archive: Opened) -> None:
    one, two = empty.Empty(((START, START + DAY),)), empty.Empty(((START + DAY, START + 2 * DAY),))
    for each in (one, two):
        empty.write(new_archive(), COST.name, empty.Empty(), each, ())
    both = empty.read(new_archive(), COST.name)
    assert both.asked == ((START, START + 2 * DAY),)
    assert len(both.files) == 2
    empty.write(new_archive(), COST.name, both, empty.Empty(), ())
    again = empty.read(new_archive(), COST.name)
    assert (again.asked, len(again.files)) == (both.asked, 1)


@pytest.mark.parametrize("damage", [b"", b"[]", b"{", b'{"check": 1}', b"null"])
def test_a_damaged_account_of_empty_days_is_named(local_archive: Archive, damage: bytes) -> None:
    sync(puller(local_archive, FakeServer(), START + 9 * DAY), COST, (START, START + DAY))
    (path,) = empty.read(local_archive, COST.name).files
    whole = local_archive.store.read([path])[path]
    for data in (damage, whole.replace(str(START).encode(), str(START - DAY).encode())):
        local_archive.store.write(path, data)
        with pytest.raises(DataError, match=f"{path} is damaged.*remove it"):
            sync(puller(local_archive, FakeServer(), START + 9 * DAY), COST, (START, START + DAY))


def test_days_without_a_sample_are_asked_for_again(new_archive: Opened) -> None:
    server, now = FakeServer(), START + 9 * DAY
    sync(puller(new_archive(), server, now), COST, (START, START + 2 * DAY))
    files = len(new_archive().store.find(""))
    assert sync(puller(new_archive(), server, now), COST, (START, START + 2 * DAY)).added == 0
    assert len(new_archive().store.find("")) == files
    server.put("A", hourly(START, START + DAY))
    assert sync(puller(new_archive(), server, now), COST, (START, START + 2 * DAY)).late == 24
    server.asked.clear()
    sync(puller(new_archive(), server, now), COST, (START, START + 2 * DAY))
    assert server.asked == [(instant(START + DAY), instant(START + 2 * DAY))]


def test_a_server_that_lost_its_data_takes_nothing_from_the_archive(new_archive: Opened, server: FakeServer) -> None:
    before = dict(server.samples)
    sync(puller(new_archive(), server, START + 3 * DAY + 12 * HOUR), COST, (START, START + 4 * DAY))
    server.samples.clear()
    sync(puller(new_archive(), server, START + 9 * DAY), COST, (START, START + 4 * DAY))
    assert held(new_archive()) == {key: v for key, v in before.items() if key[1] <= START + 3 * DAY + 12 * HOUR}


def test_another_value_of_an_archived_instant_is_refused_with_both(new_archive: Opened, server: FakeServer) -> None:
    now = START + DAY + 10 * HOUR
    sync(puller(new_archive(), server, now), COST, (START, START + 2 * DAY))
    before = held(new_archive())
    server.put("A", {now: 99.5}, driver="compute", instance="a:1")
    with pytest.raises(DataError, match=r"34\.0 and 99\.5.*--restate"):
        sync(puller(new_archive(), server, now + HOUR), COST, (START, START + 2 * DAY))
    assert held(new_archive()) == before


def test_a_restatement_stands_for_the_day_and_keeps_what_it_replaces(new_archive: Opened, server: FakeServer) -> None:
    now = START + 4 * DAY
    sync(puller(new_archive(), server, now), COST, (START, now))
    server.put("A", {START + DAY: 1.5}, driver="compute", instance="a:1")
    sync(puller(new_archive(), server, now), COST, (START, now))
    assert 1.5 not in held(new_archive()).values()
    restated = restate_span(
        puller(new_archive(), server, now), COST, (START, START + 3 * DAY), "the exporter was wrong"
    )
    assert restated.restated == 1
    assert held(new_archive()) == server.samples
    records = new_archive().records(COST.name)[START // DAY + 1]
    assert [one.restated for one in live(records)] == [("the exporter was wrong",)]
    assert len(records) == 2


def test_a_restatement_keeps_the_count_of_what_was_late(local_archive: Archive, server: FakeServer) -> None:
    sync(puller(local_archive, server, START + 12 * HOUR), COST, (START, START + DAY))
    server.put("A", {START + HOUR + 1: 1.5}, instance="late")
    sync(puller(local_archive, server, START + 2 * DAY), COST, (START, START + DAY))
    server.put("A", {START: 7.5}, driver="compute", instance="a:1")
    restate_span(puller(local_archive, server, START + 2 * DAY), COST, (START, START + DAY), "why")
    (told,) = status(local_archive, START + 2 * DAY)
    assert (told.late, len(told.restatements), told.closed) == (1, 1, 1)


def test_a_restatement_of_days_without_a_sample_is_one_file(local_archive: Archive) -> None:
    restate_span(puller(local_archive, FakeServer(), START + 90 * DAY), COST, (START, START + 60 * DAY), "why")
    assert [one.path.split("/")[1] for one in local_archive.store.find(COST.name)] == ["empty"]


def test_a_restatement_to_nothing_is_refused(new_archive: Opened, server: FakeServer) -> None:
    now = START + 4 * DAY
    sync(puller(new_archive(), server, now), COST, (START, now))
    before = held(new_archive())
    server.samples.clear()
    with pytest.raises(DataError, match="nothing of this day and the archive 48 samples"):
        restate_span(puller(new_archive(), server, now), COST, (START, now), "why not")
    assert held(new_archive()) == before


def test_a_partial_answer_is_never_archived(new_archive: Opened, server: FakeServer) -> None:
    server.fault = PartialError("some storage did not answer")
    new_archive().claim(OWNER, lambda: "prometheus")
    with pytest.raises(PartialError):
        sync(puller(new_archive(), server, START + 4 * DAY), COST, (START, START + 4 * DAY))
    assert [found.path for found in new_archive().store.find("")] == ["archive.json"]


def test_a_server_that_goes_away_loses_nothing_that_was_kept(new_archive: Opened, server: FakeServer) -> None:
    sync(puller(new_archive(), server, START + DAY), COST, (START, START + DAY))
    before = held(new_archive())
    server.fault = UnreachableError("gone")
    with pytest.raises(UnreachableError):
        sync(puller(new_archive(), server, START + 4 * DAY), COST, (START, START + 4 * DAY))
    assert held(new_archive()) == before


def test_an_archive_belongs_to_one_source(new_archive: Opened, server: FakeServer) -> None:
    sync(puller(new_archive(), server, START + DAY), COST, (START, START + DAY))
    other = replace(puller(new_archive(), server, START + DAY), owner=replace(OWNER, url="http://other"))
    with pytest.raises(UsageError, match=r"http://prometheus:9090, not of http://other; .*--no-archive"):
        sync(other, COST, (START, START + DAY))
    shared = replace(puller(new_archive(), server, START + DAY), owner=replace(OWNER, org_id="team"))
    with pytest.raises(UsageError, match="org_id team"):
        sync(shared, COST, (START, START + DAY))
    moved = replace(puller(new_archive(), server, START + DAY), owner=replace(OWNER, kind="victoriametrics"))
    sync(moved, COST, (START, START + DAY))


def test_a_clock_that_ran_ahead_does_not_close_days_that_are_not_over(new_archive: Opened, server: FakeServer) -> None:
    sync(puller(new_archive(), server, START + 9 * DAY), COST, (START, START + 2 * DAY))
    server.asked.clear()
    sync(puller(new_archive(), server, START + DAY + HOUR), COST, (START, START + 2 * DAY))
    assert server.asked == [(instant(START + DAY + HOUR * 3 // 4), instant(START + DAY + HOUR + 1))]


@pytest.mark.parametrize("most", [10, 30, 200])
def test_a_server_with_too_much_for_the_memory_is_asked_in_parts(
    local_archive: Archive, server: FakeServer, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(collecting, "MOST", most)
    monkeypatch.setattr(collecting, "ENOUGH", most // 2)
    sync(puller(local_archive, server, START + 4 * DAY), COST, (START, START + 4 * DAY))
    assert held(local_archive) == server.samples


def test_no_settling_time_is_no_settling_time(local_archive: Archive, server: FakeServer) -> None:
    at = puller(local_archive, server, START + DAY, timedelta(seconds=-5))
    sync(at, COST, (START, START + DAY))
    assert sync(at, COST, (START, START + DAY)).fetched == ()


HOSTILE = ["../../x", "", "a\0b", "\ud800", 'x"} or up{a!="', "NA", "é", "e\u0301", "\u202e", "x" * 5000, ".", "007"]


def test_hostile_names_come_back_as_they_were(new_archive: Opened) -> None:
    server = FakeServer()
    for number, name in enumerate(HOSTILE):
        server.put(name, {START + number: float(number)}, driver=name)
    sync(puller(new_archive(), server, START + DAY), COST, (START, START + DAY))
    assert held(new_archive()) == server.samples
    again = new_archive()
    for name in HOSTILE:
        assert {dict(own)["tenant"] for own, _ in held(again, tenants=[name])} == {name}


def test_values_of_every_kind_come_back_to_the_bit(local_archive: Archive) -> None:
    strange = [float("inf"), -float("inf"), -1.0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, -0.0]
    server = FakeServer()
    server.put("A", {START + number: value for number, value in enumerate(strange)} | {START + 99: float("nan")})
    sync(puller(local_archive, server, START + DAY), COST, (START, START + DAY))
    assert [np.float64(v).tobytes() for v in held(local_archive).values()] == [np.float64(v).tobytes() for v in strange]


def test_a_metric_of_another_name_is_another_metric(local_archive: Archive, server: FakeServer) -> None:
    other: Any = replace(COST, name="acme_cost_total")
    server.put("A", {START: 5.0}, metric=other)
    sync(puller(local_archive, server, START + DAY), COST, (START, START + DAY))
    sync(puller(local_archive, server, START + DAY), other, (START, START + DAY))
    assert local_archive.metrics() == ("acme_cost_total", COST.name)
    assert 5.0 not in [value for (own, ts), value in held(local_archive).items() if ts == START]
