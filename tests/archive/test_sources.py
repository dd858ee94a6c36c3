"""A server with its archive, and an archive by itself, as sources."""

from __future__ import annotations

import itertools
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from archive_play import COST, DAY, OWNER, START, FakeServer, puller

from mcreports.archive.archive import Archive
from mcreports.archive.days import moment
from mcreports.archive.open import open_source, owner_of, puller_of
from mcreports.archive.sources import ArchivedSource, ArchiveSource
from mcreports.archive.sync import sync
from mcreports.errors import UnreachableError, UsageError
from mcreports.settings import ArchiveSettings, Settings, SourceSettings
from mcreports.sources.answer import PartialError

HOUR = DAY // 24
NOW = START + 4 * DAY
WHOLE = moment(START), moment(START + 3 * DAY)


def minutes(days: int, factor: float, first: int = START) -> dict[int, float]:
    return {ts: factor * (ts - START) / HOUR for ts in range(first, START + days * DAY, HOUR // 4)}


@pytest.fixture
def server() -> FakeServer:
    """Two replicas of A that stand a little apart, one of which has a hole, and B without a driver."""
    server = FakeServer()
    whole = minutes(4, 1.0)
    holed = {ts + 1000: value for ts, value in whole.items() if not START + DAY < ts < START + DAY + 5 * HOUR}
    server.put("A", whole, driver="x", replica="0")
    server.put("A", holed, driver="x", replica="1")
    server.put("B", minutes(4, 2.0))
    return server


def test_what_comes_through_the_archive_is_what_the_server_gives(local_archive: Archive, server: FakeServer) -> None:
    for start, end in (WHOLE, (moment(START + HOUR // 3), moment(START + DAY + 7 * HOUR)), WHOLE):
        for tenants in (None, ["B"], ["A", "B"], [], ["nobody"]):
            through = ArchivedSource(puller(local_archive, server, NOW)).fetch(COST, start, end, tenants)
            plain = server.fetch(COST, start, end, tenants)
            pd.testing.assert_frame_equal(through.table, plain.table)
            assert through.notes == plain.notes
    alone = ArchiveSource(local_archive, moment(NOW)).fetch(COST, *WHOLE)
    pd.testing.assert_frame_equal(alone.table, server.fetch(COST, *WHOLE).table)
    assert alone.notes == ()
    assert ArchiveSource(local_archive, moment(NOW)).tenants(COST, *WHOLE) == ("A", "B")


def test_one_run_asks_for_the_unsettled_end_only_once(local_archive: Archive, server: FakeServer) -> None:
    source = ArchivedSource(puller(local_archive, server, NOW))
    source.fetch(COST, moment(START), moment(NOW))
    server.asked.clear()
    for tenants in (None, ["A"], None):
        source.fetch(COST, moment(NOW - HOUR), moment(NOW), tenants)
    assert server.asked == []


def test_single_tenants_beyond_the_first_window_are_asked_for_and_not_kept(
    local_archive: Archive, server: FakeServer
) -> None:
    source = ArchivedSource(puller(local_archive, server, NOW))
    source.fetch(COST, moment(START + 2 * DAY), moment(START + 3 * DAY), ["A"])
    assert set(local_archive.live(COST.name)) == {START // DAY + 2}
    beyond = source.fetch(COST, *WHOLE, ["B"]).table
    pd.testing.assert_frame_equal(beyond, server.fetch(COST, *WHOLE, ["B"]).table)
    assert set(local_archive.live(COST.name)) == {START // DAY + 2}


def test_a_server_that_is_away_is_not_missed_where_everything_has_settled(
    local_archive: Archive, server: FakeServer
) -> None:
    whole = server.fetch(COST, *WHOLE).table
    sync(puller(local_archive, server, NOW), COST, (START, NOW))
    server.fault, server.samples = UnreachableError("gone"), {}
    source = ArchivedSource(puller(local_archive, server, NOW + DAY))
    pd.testing.assert_frame_equal(source.fetch(COST, *WHOLE).table, whole)
    assert (source.info.kind, source.info.url) == ("prometheus", OWNER.url)
    with pytest.raises(UnreachableError):
        source.fetch(COST, moment(START), moment(NOW + HOUR))
    # behind the first question the archive ends with its first day, as a server does with its retention
    assert len(source.fetch(COST, moment(START - DAY), moment(START + DAY)).table) > 0
    with pytest.raises(UnreachableError):
        ArchivedSource(puller(local_archive, server, NOW + DAY)).fetch(COST, moment(START - DAY), moment(START + DAY))


def test_a_server_that_is_away_is_missed_for_a_day_that_was_not_asked_for_since_it_was_over(
    local_archive: Archive, server: FakeServer
) -> None:
    for now in (START + DAY + 12 * HOUR, START + 2 * DAY + HOUR // 60):
        sync(puller(local_archive, server, now), COST, (START, START + 2 * DAY))
    server.fault = UnreachableError("gone")
    source = ArchivedSource(puller(local_archive, server, START + 3 * DAY))
    assert len(source.fetch(COST, moment(START), moment(START + DAY)).table) > 0
    with pytest.raises(UnreachableError):
        source.fetch(COST, moment(START), moment(START + 2 * DAY))


def test_a_report_asks_once_more_for_a_day_that_is_over_and_then_never_again(
    local_archive: Archive, server: FakeServer
) -> None:
    sync(puller(local_archive, server, START + DAY + 12 * HOUR), COST, (START, START + 2 * DAY))
    server.put("B", {START + DAY + HOUR + 1: 0.5}, driver="late")
    window = moment(START), moment(START + 2 * DAY)
    for asked in (1, 0):
        server.asked.clear()
        through = ArchivedSource(puller(local_archive, server, NOW)).fetch(COST, *window)
        assert len(server.asked) == asked
        pd.testing.assert_frame_equal(through.table, server.fetch(COST, *window).table)


def test_a_server_that_is_away_is_not_missed_on_days_that_were_empty(
    local_archive: Archive, server: FakeServer
) -> None:
    sync(puller(local_archive, server, NOW), COST, (START - 40 * DAY, NOW))
    server.fault = UnreachableError("gone")
    source = ArchivedSource(puller(local_archive, server, NOW + DAY))
    assert len(source.fetch(COST, moment(START - 40 * DAY), moment(START + DAY)).table) > 0
    with pytest.raises(UnreachableError):
        source.fetch(COST, moment(START - 40 * DAY), moment(NOW + HOUR))


def test_a_partial_answer_is_a_note_and_no_sample(local_archive: Archive, server: FakeServer) -> None:
    source = ArchivedSource(puller(local_archive, server, NOW))
    assert source.info.kind == "prometheus"
    local_archive.claim(OWNER, lambda: "prometheus")
    server.fault = PartialError("some storage did not answer")
    pulled = source.fetch(COST, *WHOLE)
    assert pulled.table.empty
    assert [(note.kind, note.metric) for note in pulled.notes] == [("source.partial", COST.key)]
    assert local_archive.live(COST.name) == {}


def test_a_partial_answer_still_names_the_tenants(
    local_archive: Archive, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_archive.claim(OWNER, lambda: "prometheus")
    server.fault = PartialError("some storage did not answer")
    monkeypatch.setattr(server, "tenants", lambda *_: ("A", "B"))
    source = ArchivedSource(puller(local_archive, server, NOW))
    assert source.tenants(COST, *WHOLE) == ("A", "B")
    assert [note.kind for note in source.fetch(COST, *WHOLE, ["A"]).notes] == ["source.partial"]


def test_an_archive_by_itself_says_what_it_does_not_cover(local_archive: Archive, server: FakeServer) -> None:
    sync(puller(local_archive, server, NOW), COST, (START, START + DAY))
    sync(puller(local_archive, server, NOW), COST, (START + 2 * DAY, START + 3 * DAY))
    pulled = ArchiveSource(local_archive, moment(NOW)).fetch(COST, moment(START - DAY), moment(START + 9 * DAY))
    (note,) = pulled.notes
    assert note.kind == "source.archive"
    for span in ("09-30T00:00:00Z..2025-10-01", "10-02T00:00:00Z..2025-10-03", "10-04T00:00:00Z..2025-10-05"):
        assert span in note.text


def settings(source: str, **archive: Any) -> Settings:
    return Settings(source=SourceSettings(url=source), archive=ArchiveSettings(**archive))


def test_the_scheme_and_the_settings_decide_what_is_archived(tmp_path: Path) -> None:
    now, place = datetime(2025, 11, 1, tzinfo=UTC), str(tmp_path / "a")
    kinds = {
        ("http://x", True, True): "ArchivedSource",
        ("http://x", True, False): "PrometheusSource",
        ("http://x", False, True): "PrometheusSource",
        ("demo://?seed=7", True, True): "DemoSource",
    }
    for (url, enabled, is_kept), kind in kinds.items():
        opened = open_source(settings(url, url=place, enabled=enabled), now, is_kept=is_kept)
        assert type(opened).__name__ == kind
    assert not Path(place).exists()
    with pytest.raises(UsageError, match="only a server is archived"):
        puller_of(settings("demo://?seed=7"), now)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("archive:", "archive.url is empty"),
        ("archive:nowhere/at/all", "there is no archive; mcreports pull --archive nowhere/at/all"),
        ("archive:nonsense://x", "nonsense"),
        ("archive:simplecache::s3://key:hush@b/x", r"s3://\*\*\*@b/x is a chain"),
    ],
)
def test_an_archive_that_cannot_be_is_a_usage_error(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        open_source(settings(url), datetime(2025, 11, 1, tzinfo=UTC))


def test_a_missing_s3fs_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    # as in a process that never had it
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)  # noqa: SLF001
    with pytest.raises(UsageError, match=r"pip install 'mcreports\[s3\]'"):
        open_source(settings("archive:s3://bucket/x"), datetime(2025, 11, 1, tzinfo=UTC))


def test_two_tenants_of_one_address_do_not_share_an_archive() -> None:
    alone = owner_of(SourceSettings(url="http://mc:9090"), "prometheus")
    others = [
        SourceSettings(url="http://mc:9090", headers={"X-Scope-OrgID": "alpha"}),
        SourceSettings(url="http://mc:9090", headers={"X-Scope-OrgID": "beta"}),
        SourceSettings(url="http://mc:9090", username="alpha", password_file=Path("p")),
        SourceSettings(url="http://beta:secret@mc:9090"),
        SourceSettings(url="http://mc:9090", org_id="alpha"),
    ]
    told = [alone, *(owner_of(one, "prometheus") for one in others)]
    assert len(set(told)) == len(told)
    assert not any(one.is_same(two) for one, two in itertools.combinations(told, 2))
    assert "secret" not in repr(told)
    renewed = SourceSettings(url="http://mc:9090", headers={"Authorization": "Bearer another"})
    assert owner_of(renewed, "victoriametrics").is_same(alone)
