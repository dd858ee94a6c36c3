"""A flow: one counter's truth as a law of time, from which any moment's level follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mcreports.sources.demo import noise
from mcreports.sources.demo.platform import DAY, ORIGIN, SLOT, SLOTS, rhythm

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from mcreports.sources.demo.noise import IntArray
    from mcreports.sources.demo.platform import Tenant

EPOCH_DAY = ORIGIN.toordinal() - 719_163  # days from 1970 to ORIGIN


@dataclass(frozen=True)
class Surge:
    """Some slots [first, after) of a numbered day in which a flow runs ``factor`` times as fast."""

    day: int
    first: int
    after: int
    factor: int


def calm(_first: int, _after: int) -> tuple[Surge, ...]:
    """No surge on any day."""
    return ()


@dataclass(frozen=True)
class Flow:
    """What one series counts, in whole units: so many on a day, spread over its slots by weight.

    ``labels`` are in the metric's order; ``shape`` names the spread (flows that share it rise
    together); ``planned`` gives the days' units before surges; ``grain`` is what a day's total is a
    multiple of; ``opening`` is what the counter showed when the flow began.
    """

    labels: tuple[str, ...]
    tenant: Tenant
    shape: tuple[int, str, str]
    planned: Callable[[IntArray], IntArray]
    surges: Callable[[int, int], tuple[Surge, ...]] = calm
    grain: int = 1
    opening: int = 0

    def amounts(self, first: int, after: int) -> IntArray:
        """The units of each day in [first, after)."""
        days = np.arange(first, after, dtype=np.int64)
        amounts = np.where(days < self.tenant.born_day, 0, self.planned(days))
        for day in sorted({surge.day for surge in self._changes(first, after)}):
            plain, changed = self._plain(day, day + 1).sum(), self.weights(day, day + 1).sum()
            amounts[day - first] = int(amounts[day - first]) * int(changed) // int(plain)
        return amounts // self.grain * self.grain

    def weights(self, first: int, after: int) -> IntArray:
        """The relative weight of each slot, a row of 288 for each day in [first, after)."""
        weights = self._plain(first, after)
        for surge in self._changes(first, after):
            weights[surge.day - first, surge.first : surge.after] *= surge.factor
        return weights

    def _plain(self, first: int, after: int) -> IntArray:
        seed, name, profile = self.shape
        slots = np.arange(first * SLOTS, after * SLOTS, dtype=np.int64)
        unevenness = noise.wobble(90_000, noise.draw(seed, f"slot|{name}", slots)).reshape(-1, SLOTS)
        return rhythm(profile) * unevenness // noise.MILLION

    def _changes(self, first: int, after: int) -> tuple[Surge, ...]:
        born = Surge(self.tenant.born_day, 0, self.tenant.born_slot, 0)
        return self.surges(first, after) + ((born,) if born.after and first <= born.day < after else ())


def level(flow: Flow, seconds: IntArray) -> IntArray:
    """The units since ORIGIN at each Unix second, in rising order; straight within a slot, rounded down."""
    if not len(seconds):
        return np.empty(0, np.int64)
    since = np.maximum(seconds - EPOCH_DAY * DAY, 0)
    first, after = int(since[0]) // DAY, int(since[-1]) // DAY + 1
    amounts = flow.amounts(0, after)
    before = np.concatenate([[0], np.cumsum(amounts)])
    run = np.zeros((after - first, SLOTS + 1), np.int64)
    np.cumsum(flow.weights(first, after), axis=1, out=run[:, 1:])
    whole = np.maximum(run[:, -1:], 1)
    # Rounded to the nearest, a day's only event falls in its middle and not at its midnight.
    spread = (amounts[first:, None] * run[:, :-1] + whole // 2) // whole
    grid = np.append((before[first:-1, None] + spread).ravel(), before[-1])
    slot, rest = np.divmod(since - first * DAY, SLOT)
    low: IntArray = grid[slot]
    reached: IntArray = low + (grid[slot + 1] - low) * rest // SLOT
    return reached


def days_of(seconds: IntArray) -> IntArray:
    """The number of the day that each Unix second falls in."""
    return seconds // DAY - EPOCH_DAY


def midnight(day: date) -> int:
    """The Unix second at which a day begins in UTC."""
    return (day.toordinal() - 719_163) * DAY
