"""A figure: the one object that every printed number comes from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from mcreports.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

Value = Decimal | int | float | str | None


class Quality(StrEnum):
    """How much is known: measured, bounded, or nothing."""

    ACTUAL = "actual"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and its passport: unit, window, quality, bounds, coverage, query and method.

    Money is a Decimal in USD with two places; counts are int, rates and seconds float, dates ISO
    text. ``tenant`` is None for the whole platform; without ``labels`` it is the sum over them.
    """

    id: str
    tenant: str | None
    value: Value
    unit: str
    window: tuple[datetime, datetime]
    query: str
    method: str
    quality: Quality = Quality.ACTUAL
    bounds: tuple[Value, Value] | None = None
    coverage: float | None = None
    samples: int = 0
    resets: int = 0
    labels: tuple[tuple[str, str], ...] = ()
    reason: str = ""

    @property
    def key(self) -> str:
        """What names this figure within a report: id, tenant, labels and window."""
        labels = ",".join(f"{k}={_plainly(v)}" for k, v in self.labels)
        start, end = (instant_text(at).removesuffix("T00:00:00Z") for at in self.window)
        tenant = "*" if self.tenant is None else f"={_plainly(self.tenant)}"
        return f"{self.id}|{tenant}|{labels}|{start}/{end}"

    @property
    def is_known(self) -> bool:
        """Whether there is a value at all."""
        return self.value is not None

    def as_dict(self) -> dict[str, object]:
        """This figure as ``report.json`` carries it."""
        return {
            "id": self.id,
            "tenant": self.tenant,
            **({"labels": dict(self.labels)} if self.labels else {}),
            "value": plain(self.value),
            "unit": self.unit,
            "window": [instant_text(at) for at in self.window],
            "quality": self.quality.value,
            "bounds": None if self.bounds is None else [plain(bound) for bound in self.bounds],
            "coverage": self.coverage,
            "samples": self.samples,
            "resets": self.resets,
            "query": self.query,
            "method": self.method,
            "reason": self.reason,
        }


def plain(value: Value) -> str | int | float | None:
    """A figure's value as JSON carries it: money as text with its two places."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def instant_text(at: datetime) -> str:
    """An instant as every artefact writes it, in UTC.

    >>> from datetime import UTC, datetime
    >>> instant_text(datetime(2025, 10, 31, tzinfo=UTC))
    '2025-10-31T00:00:00Z'
    """
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _plainly(name: str) -> str:
    # a name that holds what a key is made of must not read as another's
    return name.replace("\\", "\\\\").replace("|", "\\|").replace(",", "\\,")


class Figures:
    """All figures of a report, found again by id, tenant, labels and start."""

    def __init__(self, every: Iterable[Figure], window: tuple[datetime, datetime] | None = None) -> None:
        """Keep the figures; two that would be taken for each other are a DataError.

        ``window`` is the report's own: the one that is meant where a figure has several.
        """
        self.every = tuple(every)
        self._window = window
        self._found: dict[tuple[object, ...], list[Figure]] = {}
        self._of: dict[tuple[str, str | None], list[Figure]] = {}
        self._where: dict[str, list[Figure]] = {}
        for figure in self.every:
            same = self._found.setdefault((figure.id, figure.tenant, figure.labels), [])
            if same and figure.key in {other.key for other in same}:
                msg = f"two figures are called {figure.key}; one fact has one figure"
                raise DataError(msg)
            same.append(figure)
            self._of.setdefault((figure.id, figure.tenant), []).append(figure)
            self._where.setdefault(figure.id, []).append(figure)

    def __iter__(self) -> Iterator[Figure]:
        """Each figure, in the order in which they were made."""
        return iter(self.every)

    def find(self, figure_id: str, tenant: str | None = None, start: datetime | None = None, **labels: str) -> Figure:
        """The figure of this id, tenant and labels, of the report's own window unless ``start`` names one."""
        wanted = (figure_id, tenant, tuple(sorted(labels.items())))
        found = [f for f in self._found.get(wanted, []) if start is None or f.window[0] == start]
        if not found:
            msg = f"no figure is called {figure_id} for {tenant!r} {labels or ''}"
            raise KeyError(msg)
        return max(found, key=lambda figure: (figure.window == self._window, figure.window))

    def where(self, figure_id: str) -> tuple[Figure, ...]:
        """Every figure of this id, whatever tenant and labels."""
        return tuple(self._where.get(figure_id, ()))

    def of(self, figure_id: str, tenant: str | None) -> tuple[Figure, ...]:
        """Every figure of this id and tenant (None: the platform), whatever its labels."""
        return tuple(self._of.get((figure_id, tenant), ()))
