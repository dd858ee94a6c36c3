"""What a reader is asked for at once: one metric, a window in milliseconds, some tenants or all."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mcreports.samples import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.metrics import Metric

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS = timedelta(milliseconds=1)
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")  # what Go's regexp.QuoteMeta escapes


@dataclass(frozen=True)
class Question:
    """The samples of a metric with first <= ts < after (ms), of the named tenants or of all (None) but some."""

    metric: Metric
    first: int
    after: int
    tenants: tuple[str, ...] | None = None
    but: tuple[str, ...] = ()

    @staticmethod
    def of(metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None) -> Question:
        """The question for [start, end); a name that no server can store is left out of it."""
        names = None
        if tenants is not None and "tenant" in metric.labels:
            names = tuple(name for name in dict.fromkeys(tenants) if _is_text(name))
        return Question(metric, milliseconds(start), milliseconds(end), names)

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be the answer; VictoriaMetrics answers an inverted window with success and nothing."""
        return self.first >= self.after or self.tenants == ()

    @property
    def errand(self) -> str:
        """The metric and the window, for errors."""
        return f"{self.metric.name} for {instant(self.first)}..{instant(self.after)}"

    @property
    def selectors(self) -> list[str]:
        """One exact PromQL selector for each tenant, or one for all."""
        if self.tenants is None and self.but:
            # no name by its pattern, so that what the names leave out is what they leave out
            exact = self.metric.selector(tenant=self.pattern)
            return [exact.replace("=", "!~", 1)]
        if self.tenants is None:
            return [self.metric.selector()]
        return [self.metric.selector(tenant=name) for name in self.tenants]

    @property
    def pattern(self) -> str:
        """The regular expression of the names that are left out."""
        return "|".join(_SPECIAL.sub(r"\\\g<0>", name) for name in self.but)

    def within(self, first: int, after: int) -> Question:
        """The same question about another window."""
        return replace(self, first=first, after=after)

    def about(self, tenants: tuple[str, ...]) -> Question:
        """The same question about these tenants."""
        return replace(self, tenants=tenants)

    def others(self, tenants: tuple[str, ...]) -> Question:
        """The same question about all tenants but these."""
        return replace(self, tenants=None, but=tenants)


def torn_names(metric: Metric, tenants: Sequence[str] | None) -> tuple[Note, ...]:
    """A note for each tenant whose name no server can hold."""
    if tenants is None or "tenant" not in metric.labels:
        return ()
    text = "this tenant's name holds half a character (a lone surrogate), which no server can store"
    return tuple(Note("source.tenant", metric.key, name, text) for name in dict.fromkeys(tenants) if not _is_text(name))


def instant(ms: int) -> str:
    """RFC 3339, which no server rounds; a plain number of seconds loses its milliseconds in VictoriaMetrics."""
    return (EPOCH + ms * MS).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(moment: datetime) -> int:
    """The first whole millisecond at or after a moment, so that [start, end) stays exact."""
    return -((EPOCH - moment) // MS)


def _is_text(name: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in name)
