"""Outages: what the tenants of a metric went through together, told once instead of once for each."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from mcreports.domains.scrapes import GAP, JITTER
from mcreports.domains.series import Spans, common

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mcreports.domains.series import Seen

MOST = 0.5  # a reset that so great a part of the tenants share was not theirs, but the exporter's


@dataclass(frozen=True)
class Outages:
    """When the whole source was silent and its exporter restarted, in ms, and how many tenants that was seen by."""

    tenants: int = 0
    silences: Spans = ()
    restarts: Spans = ()
    restarted: tuple[int, ...] = ()

    def silence_of(self, gap: tuple[int, int], interval: float) -> tuple[int, int] | None:
        """The silence that a tenant's gap is nothing but; None where the gap goes on by more than an interval."""
        late = interval * (1 + JITTER)
        found = _inside(self.silences, gap)
        return found if found and found[0] - gap[0] <= late and gap[1] - found[1] <= late else None

    def restart_of(self, reset: tuple[int, int]) -> tuple[int, int] | None:
        """The restart that a tenant's reset belongs to."""
        return _inside(self.restarts, reset)


def _inside(spans: Spans, whole: tuple[int, int]) -> tuple[int, int] | None:
    """The first of the spans, which are in order, that lies within another."""
    at = bisect_left(spans, (whole[0], 0))
    return spans[at] if at < len(spans) and spans[at][1] <= whole[1] else None


def outages(sights: Iterable[Seen]) -> Outages:
    """What the tenants share, each told by what it has seen; one tenant alone shares nothing.

    A silence is a time in which nobody's sample was taken, longer than a gap must be; a restart the
    time that lies between the samples around a reset for at least half of the tenants.
    """
    heard = [sight for sight in sights if sight.samples and sight.dark is not None]
    if len(heard) < 2:  # noqa: PLR2004 - to share takes two
        return Outages(len(heard))
    least = (GAP + JITTER) * max(sight.interval for sight in heard)
    dark = reduce(common, (sight.dark or () for sight in heard))
    silences = tuple((first, last) for first, last in dark if last - first > least)
    clusters = [(span, count) for span, count in _clusters(heard) if count > 1 and count >= MOST * len(heard)]
    return Outages(len(heard), silences, tuple(span for span, _ in clusters), tuple(count for _, count in clusters))


def _clusters(sights: list[Seen]) -> Iterator[tuple[tuple[int, int], int]]:
    """The resets that can have been one: what their spans have in common, and how many tenants they are of."""
    every = [(last, first, tenant) for tenant, sight in enumerate(sights) for first, last in sight.resets]
    begun, seen = sorted(every, key=lambda reset: reset[1]), 0
    told: set[tuple[int, int, int]] = set()
    for reset in sorted(every):
        if reset in told:
            continue
        at, since = reset[0], seen
        while seen < len(begun) and begun[seen][1] < at:
            seen += 1
        own = begun[since:seen]
        told.update(own)
        yield (own[-1][1], at), len({tenant for *_, tenant in own})
