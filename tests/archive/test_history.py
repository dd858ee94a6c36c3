"""Any sequence of pulls over a server that changes, with kills in between, against a naive account of it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive_play import COST, DAY, START, FakeServer, Samples, held, puller
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mcreports.archive.archive import Archive
from mcreports.archive.days import day_text, days_of
from mcreports.archive.remote import store_of
from mcreports.archive.store import Store
from mcreports.archive.sync import missing, sync
from mcreports.archive.verifying import verify

QUARTER, SETTLE = 900_000, 900_000
SPAN = 3 * DAY
STEP = 6 * 3_600_000


class KilledError(Exception):
    """What a kill looks like from inside."""


@dataclass
class Mortal:
    """A store whose user dies before, or just after, one of its writes."""

    store: Store
    left: int = 10**9
    written: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def write(self, path: str, data: bytes, *, is_first: bool = False) -> None:
        self.left -= 1
        if self.left == 0:
            raise KilledError
        self.store.write(path, data, is_first=is_first)
        self.written.append(path)
        self.left -= 1
        if self.left == 0:
            raise KilledError


@dataclass
class Account:
    """The naive truth: every sample that a finished record stands for."""

    kept: Samples = field(default_factory=dict)

    def take(self, server: FakeServer, spans: Sequence[tuple[int, int]], done: Sequence[str]) -> None:
        days = {path.split("/")[1] for path in done if path.count("/") == 2 and path.endswith(".json")}
        for (own, ts), value in server.samples.items():
            day = day_text(ts // DAY)
            if day in days and any(start <= ts < until for start, until in spans):
                self.kept[own, ts] = value


ACTS = st.one_of(
    st.tuples(st.just("sample"), st.sampled_from("AB"), st.integers(0, SPAN // STEP * 4 - 1)),
    st.tuples(st.just("wait"), st.integers(1, 12), st.just(0)),
    st.tuples(st.just("pull"), st.integers(0, 2), st.integers(1, 3)),
    st.tuples(st.just("killed"), st.integers(1, 9), st.integers(0, 2)),
    st.tuples(st.just("lose"), st.integers(0, 2), st.just(0)),
)


# hours late within a day, when the hours around them had been fetched long ago
BACKLOG = [("sample", "A", 2), ("pull", 0, 1), ("sample", "B", 1), ("wait", 16, 0), ("pull", 0, 1)]


@example(acts=BACKLOG)
@settings(max_examples=120)
@given(st.lists(ACTS, min_size=3, max_size=40))
def test_any_history_of_pulls_keeps_what_was_recorded_and_misses_nothing_of_a_day_until_it_is_closed(
    acts: list[tuple[str, Any, Any]],
) -> None:
    with tempfile.TemporaryDirectory() as place:
        store = store_of(str(Path(place) / "archive"), {})
        server, account, now = FakeServer(), Account(), START + STEP
        closed: set[int] = set()
        for what, one, two in acts:
            if what == "sample":
                at = START + two * STEP // 4
                if at <= now:  # it may come late, and always has the same value
                    server.put(one, {at: float(two)})
            elif what == "wait":
                now += one * STEP // 4
            elif what == "lose":
                gone = START + (one + 1) * DAY
                server.samples = {key: v for key, v in server.samples.items() if key[1] >= gone}
            else:
                mortal = Mortal(store, one if what == "killed" else 10**9)
                at = puller(Archive(mortal), server, now)
                span = (START, START + SPAN) if what == "killed" else (START + one * DAY, START + (one + two) * DAY)
                spans = missing(at, COST, span)
                with suppress(KilledError):
                    sync(at, COST, span)
                account.take(server, spans, mortal.written)
                over = {day for day in days_of(span) if (day + 1) * DAY <= now - SETTLE}
                if what == "pull":  # whatever came until a day is closed, however late, is kept
                    assert held(Archive(store)).items() >= server.of(over - closed).items()
                # a pull that was killed may have got as far as that
                closed |= over & {ts // DAY for _, ts in account.kept}
        assert held(Archive(store)) == account.kept
        assert verify(Archive(store), lambda _: None, 0).faults == ()
        end = puller(Archive(store), server, now)
        sync(end, COST, (START, START + SPAN))
        after = held(Archive(store))
        assert after.items() >= account.kept.items()
        recent = {key: v for key, v in server.samples.items() if now - SETTLE <= key[1] <= now}
        assert after.items() >= recent.items()
        closed |= {ts // DAY for _, ts in after if (ts // DAY + 1) * DAY <= now - SETTLE}
        sync(puller(Archive(store), server, START + SPAN + DAY), COST, (START, START + SPAN))
        assert held(Archive(store)).items() >= server.of(set(days_of((START, START + SPAN))) - closed).items()
