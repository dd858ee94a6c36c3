"""A finding: what one validation came to, what it rests on, and how old that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.checks import NAMES, Status, Verdict
from mcreports.figures import instant_text
from mcreports.operations.egress.verdicts import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta

MINUTE, HOUR = 60, 60 * 60
DAY = 24 * HOUR


@dataclass(frozen=True)
class Piece:
    """Something that a validation rests on: a file, a query, a kept result; of which instant, if it is of any."""

    name: str
    sha256: str = ""
    at: datetime | None = None

    def as_dict(self, now: datetime) -> dict[str, str | None]:
        """The piece as results carry it, with its age."""
        return {
            "rests_on": self.name,
            "sha256": self.sha256 or None,
            "of": None if self.at is None else instant_text(self.at),
            "age": None if self.at is None else age_words(now - self.at),
        }


@dataclass(frozen=True)
class Finding:
    """How much of what was looked at holds; what is wrong with it, what is doubtful, and what is proven if neither is.

    It passes only if something was looked at, and all of it holds.
    """

    told: str
    good: int = 0
    every: int = 0
    wrong: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    at: datetime | None = None

    @property
    def status(self) -> Status:
        """Proven, refuted, or neither."""
        if self.wrong:
            return Status.FAIL
        return Status.PASS if not self.doubts and 0 < self.good == self.every else Status.UNKNOWN

    @property
    def why(self) -> str:
        """One sentence: what is wrong and doubtful, else what is proven."""
        said = self.told if self.status is Status.PASS else f"{self.good} of {self.every} hold, which proves nothing"
        return listed((*self.wrong, *self.doubts)) or said

    def verdict(self, check: str, now: datetime) -> Verdict:
        """The finding as the verdict on a validation."""
        aged = "" if self.at is None else f"of {instant_text(self.at)}, {age_words(now - self.at)} old"
        return Verdict(
            check, None, self.status, str(self.good) if self.every else None, str(self.every or 1), ">=", "checks",
            "; ".join(filter(None, [self.why, aged])),
        )  # fmt: skip


def of_verdicts(
    verdicts: Sequence[Verdict], told: str, pieces: tuple[Piece, ...], at: datetime | None, doubts: Sequence[str] = ()
) -> Finding:
    """What the verdicts of another check come to: it passes where that check's own gate would let through.

    A warning lets through, and is told.
    """
    by_status = {status: tuple(_said(verdicts, status)) for status in Status}
    watched = [f"to watch: {said}" for said in by_status[Status.WARN]]
    return Finding(
        "; ".join([told, *watched]),
        len(by_status[Status.PASS]) + len(watched),
        len(verdicts),
        by_status[Status.FAIL],
        (*by_status[Status.UNKNOWN], *doubts),
        pieces,
        at,
    )


def counted(number: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "range"), counted(2200, "operation")
    ('1 range', '2,200 operations')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def age_words(age: timedelta) -> str:
    """How old something is, in the two units that matter.

    >>> from datetime import timedelta
    >>> [age_words(timedelta(seconds=seconds)) for seconds in (40, 3900, 190_000, -40)]
    ['40 s', '1 h 5 min', '2 d 4 h', '0 s']
    """
    seconds = max(0, int(age.total_seconds()))
    for size, unit, less, part in ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} {seconds % size // less} {part}"
    return f"{seconds // MINUTE} min" if seconds >= MINUTE else f"{seconds} s"


def _said(verdicts: Sequence[Verdict], status: Status) -> Iterator[str]:
    for one in verdicts:
        if one.status is status:
            named = " ".join([NAMES.get(one.check, one.check), *(value for _, value in one.labels)])
            whose = "" if one.tenant is None else f" of {one.tenant}"
            yield f"{named}{whose}: {one.reason or status}"
