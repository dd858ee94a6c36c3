"""An anomaly: what stood out, of whom, from when to when, by how much, and who knows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from fractions import Fraction

    import numpy as np

    from mcreports.evidence.acknowledgements import Acknowledgement

Severity = Literal["low", "medium", "high"]
Side = Literal["over", "under"]
Amount = Decimal | float

COST = "budget.cost"
LETTERS = 8


@dataclass(frozen=True)
class Band:
    """What is usual: the expected value, and the band in which it mostly lies."""

    expected: Amount
    low: Amount
    high: Amount


@dataclass(frozen=True)
class Peak:
    """The step that stands out most: when it is, its value, what is usual in it."""

    start: datetime
    end: datetime
    value: Amount
    usual: Band


@dataclass(frozen=True)
class Course:
    """The whole series that an anomaly is of: the ends of its steps in ms, values, and the band of what is usual."""

    edges: np.ndarray
    values: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Anomaly:
    """A stretch of a tenant's series that its own past does not explain.

    ``what`` is ``budget.cost`` or the id of a rate; ``driver`` is the one that stands out, None where it is
    all of the tenant's spend; ``main`` the one that carries most of the excess. ``end`` is None while it goes
    on at ``until``, the end of what was read. Of cost ``value`` and ``excess`` are USD; of a rate ``value`` is the
    rate in percent and ``excess`` so many more bad events than usual.
    """

    id: str
    tenant: str
    what: str
    side: Side
    driver: str | None
    main: str | None
    start: datetime
    end: datetime | None
    until: datetime
    value: Amount
    usual: Band
    excess: Amount
    peak: Peak
    severity: Severity
    score: float
    samples: int
    main_excess: Amount | None = None
    known: Acknowledgement | None = None
    course: Course | None = field(default=None, compare=False, repr=False)

    @property
    def is_cost(self) -> bool:
        """Whether it is one of spend, told in USD."""
        return self.what == COST

    @property
    def window(self) -> tuple[datetime, datetime]:
        """From its start to its end, or to the end of what was read while it goes on."""
        return self.start, self.until if self.end is None else self.end

    def touches(self, window: tuple[datetime, datetime]) -> bool:
        """Whether any of it lies in a window."""
        start, end = self.window
        return start < window[1] and end > window[0]


def identity(anomaly: tuple[str, str, Side], start: datetime, zone: str) -> str:
    """A short name for an anomaly (tenant, what, side), the same in every report that tells it.

    >>> from datetime import UTC, datetime
    >>> at = datetime(2025, 10, 21, 9, tzinfo=UTC)
    >>> identity(("TENANT_002", "budget.cost", "over"), at, "UTC")
    'dedff816'
    """
    text = "\0".join((*anomaly, start.astimezone(ZoneInfo(zone)).date().isoformat()))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:LETTERS]


def graded(size: Fraction, marks: Sequence[tuple[Severity, Fraction]]) -> Severity | None:
    """The gravest severity whose mark is reached; None below the first of them.

    >>> from fractions import Fraction
    >>> marks = [("low", Fraction(10)), ("high", Fraction(50))]
    >>> graded(Fraction(9), marks), graded(Fraction(49), marks), graded(Fraction(50), marks)
    (None, 'low', 'high')
    """
    reached = [severity for severity, mark in marks if size >= mark]
    return reached[-1] if size >= marks[0][1] else None
