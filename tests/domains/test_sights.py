"""What is seen of a window, held against a naive count of scrapes that were made up one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from mcreports.domains.coverage import sights
from mcreports.domains.series import Seen, Watch, lines, resets, seen
from mcreports.metrics import CATALOGUE
from mcreports.samples import tabulate

KEY = "grounding.checks"
INTERVALS = (1_000, 15_000, 60_000, 300_000)
FIRST = 1_761_868_800_000


@dataclass(frozen=True)
class Scrapes:
    """Every scrape that should be, when it is, whether it is there, and what it told."""

    interval: int
    instants: tuple[int, ...]
    there: tuple[bool, ...]
    values: tuple[int, ...]
    start: int
    end: int
    birth: int

    @property
    def present(self) -> list[tuple[int, int]]:
        return [(at, value) for at, there, value in zip(self.instants, self.there, self.values, strict=True) if there]

    def line(self) -> Any:
        ts, values = zip(*self.present, strict=True)
        table = tabulate(CATALOGUE[KEY], [(("T", "pass"), np.array(ts), np.array(values, float))])
        return lines(table, CATALOGUE[KEY].labels)[0]

    def naive(self, *, is_watched: bool) -> tuple[int, int]:
        """Seen and expected, by counting."""
        since = max(self.start, self.birth) if is_watched else self.start
        expected = sum(since <= at < self.end for at in self.instants)
        return sum(self.start <= at < self.end for at, _ in self.present), expected

    def naive_gaps(self, *, is_watched: bool) -> tuple[tuple[int, int], ...]:
        since = max(self.start, self.birth) if is_watched else self.start
        edges = [since, *(at for at, _ in self.present if self.start <= at < self.end), self.end]
        return tuple((a, b) for a, b in pairwise(edges) if b - a > 2.1 * self.interval)

    def naive_resets(self) -> tuple[tuple[int, int], ...]:
        found = []
        for (before, high), (after, low) in pairwise(self.present):
            if low < high and self.start <= after < self.end:
                found.append((before, after))
        return tuple(found)


@st.composite
def scrapes(draw: st.DrawFn) -> Scrapes:
    interval = draw(st.sampled_from(INTERVALS))
    count = draw(st.integers(40, 240))
    wobble = draw(st.sampled_from([0, 0.01, 0.05]))
    seed = np.random.default_rng(draw(st.integers(0, 2**32)))
    instants = FIRST + np.arange(count) * interval + np.rint(seed.uniform(-wobble, wobble, count) * interval)
    there = np.ones(count, bool)
    for _ in range(draw(st.integers(0, 4))):
        at, length = draw(st.integers(0, count - 1)), draw(st.integers(1, count // 20))
        there[at : at + length] = False
    birth = draw(st.integers(0, count // 4))
    there[:birth] = False
    there[birth] = True
    values, value = [], 0
    restarts = draw(st.sets(st.integers(0, count), max_size=6))
    for slot in range(count):
        value = draw(st.integers(0, 3)) if slot in restarts else value + int(seed.integers(0, 4))
        values.append(value)
    left, right = sorted((draw(st.integers(0, count - 1)), draw(st.integers(0, count - 1))))
    start, end = (FIRST + round((slot + draw(st.floats(0.3, 0.7))) * interval) for slot in (left - 1, right))
    made = Scrapes(
        interval, tuple(instants.astype(int).tolist()), tuple(there.tolist()), tuple(values),
        start, end, int(instants[birth]),
    )  # fmt: skip
    assume(any(made.start <= at < made.end for at, _ in made.present))
    return made


@given(scrapes())
def test_seen_and_expected_are_what_counting_gives(made: Scrapes) -> None:
    for is_watched in (False, True):
        since = FIRST - 50 * made.interval if is_watched else made.present[0][0]
        found = seen(made.line(), Watch(made.start, made.end, since))
        assert (found.samples, found.expected) == made.naive(is_watched=is_watched)
        assert found.gaps == made.naive_gaps(is_watched=is_watched)
        assert abs(found.interval - made.interval) < 0.02 * made.interval


@given(scrapes())
def test_a_window_in_two_halves_has_the_samples_and_the_resets_of_both(made: Scrapes) -> None:
    middle = made.start + (made.end - made.start) // 2
    whole, one, two = (
        Watch(start, end, FIRST) for start, end in ((made.start, made.end), (made.start, middle), (middle, made.end))
    )
    line = made.line()
    assert seen(line, whole).samples == seen(line, one).samples + seen(line, two).samples
    assert resets(line, whole) == resets(line, one) + resets(line, two)


@given(scrapes())
def test_resets_are_where_the_next_sample_is_less(made: Scrapes) -> None:
    assert resets(made.line(), Watch(made.start, made.end, FIRST)) == made.naive_resets()


def test_what_no_counter_can_have_is_no_reset() -> None:
    ts = FIRST + np.arange(6) * 60_000
    line = replace(Scrapes(60_000, tuple(ts.tolist()), (True,) * 6, (1, 2, 3, 4, 5, 6), 0, 0, 0).line())
    watch = Watch(int(ts[0]), int(ts[-1]) + 1, None)
    for odd in (np.inf, -np.inf, -3.0):
        assert resets(replace(line, values=np.array([1, 2, odd, 4, 5, 6])), watch) == ()
    assert resets(replace(line, values=np.array([1, 2, 3, 3 - 1e-12, 5, 6])), watch) == ()
    assert resets(replace(line, values=np.array([1, 2, np.inf, 1, 5, 6])), watch) == ((int(ts[1]), int(ts[3])),)


@given(st.lists(scrapes(), min_size=3, max_size=3))
def test_the_sum_of_sights_has_no_order(three: list[Scrapes]) -> None:
    a, b, c = (seen(one.line(), Watch(one.start, one.end, None), counts=True) for one in three)
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + Seen() == Seen() + a == a


@given(st.lists(st.tuples(st.integers(-10, 30), st.sets(st.integers(1, 57), max_size=30)), min_size=2, max_size=4))
def test_a_tenant_is_seen_the_same_whoever_else_is_in_the_table(scene: Any, tenants: Any) -> None:
    names = [f"T{number}" for number in range(len(tenants))]
    tables = {
        (name, "pass"): [row for row in scene.steady(since=since) if row[0] not in missed]
        for name, (since, missed) in zip(names, tenants, strict=True)
    }
    watched = {KEY: -10.0}
    whole = sights(scene.snapshot({KEY: tables}, tuple(names), watched), KEY, scene.start, scene.end)
    parts: dict[Any, Any] = {}
    for labels, rows in tables.items():
        alone = scene.snapshot({KEY: {labels: rows}}, tuple(names), watched)
        parts |= sights(alone, KEY, scene.start, scene.end)
    assert whole == parts
