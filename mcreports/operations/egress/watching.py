"""The clients' side of a failover: the entry's routes asked again and again while gateways come and go."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PAUSE = 0.1  # seconds between two looks: what an interruption is known to
STEADY = 3  # so many good answers in a row, since two gateways in turns are good every second time


@dataclass(frozen=True)
class Moment:
    """One look at the entry: when it began and ended, and why it was no good, if it was not."""

    begun: float
    ended: float
    fault: str = ""


class Watch:
    """Looks until it is left; ``look`` gives why the entry does not answer, or nothing."""

    def __init__(self, look: Callable[[], str]) -> None:
        self._look, self._over = look, Event()
        self._thread = Thread(target=self._run, daemon=True)
        self.moments: list[Moment] = []

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._over.set()

    def is_steady(self, since: float) -> bool:
        """Whether the last looks that began after an instant were good ones, one after the other."""
        last = self.moments[-STEADY:]
        return len(last) == STEADY and all(one.begun >= since and not one.fault for one in last)

    @property
    def last_fault(self) -> str:
        """Why the last look that was no good was none."""
        return next((one.fault for one in reversed(self.moments) if one.fault), "no steady answer")

    def has_fault(self, since: float, until: float) -> bool:
        """Whether a look that ended between two instants was no good."""
        return any(one.fault and since <= one.ended <= until for one in self.moments)

    def _run(self) -> None:
        while not self._over.is_set():
            begun = time.monotonic()
            fault = self._look()
            self.moments.append(Moment(begun, time.monotonic(), fault))
            self._over.wait(PAUSE)


def longest_silence(moments: Sequence[Moment], since: float, until: float) -> float:
    """The most seconds that a client went without a good answer between two instants.

    >>> longest_silence([Moment(0, 1), Moment(1, 2, "HTTP 502"), Moment(3, 4)], 0, 5)
    3
    """
    heard = [since, *(one.ended for one in moments if not one.fault and since <= one.ended <= until), until]
    return max(later - earlier for earlier, later in pairwise(heard))


def wait_until(condition: Callable[[], bool], seconds: float) -> float | None:
    """The instant at which a condition was seen to hold, or None if it did not in time."""
    ends = time.monotonic() + seconds
    while True:
        asked = time.monotonic()
        if condition():
            return asked
        if time.monotonic() >= ends:
            return None
        time.sleep(PAUSE)
