"""How a check came out over many tenants, in the space of one cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.checks import SEVERITY
from mcreports.view.markup import escape, mark_html
from mcreports.view.words import word

if TYPE_CHECKING:
    from mcreports.checks import Status


@dataclass(frozen=True)
class Tally:
    """How often a check came out how, over many tenants; the gravest first."""

    check: str
    statuses: tuple[Status, ...]

    def html(self) -> str:
        """A line for each status that there is."""
        counts = ((status, self.statuses.count(status)) for status in reversed(SEVERITY))
        return "".join(self._line(status, count) for status, count in counts if count)

    def _line(self, status: Status, count: int) -> str:
        said = escape(word(status, self.check))
        return f'<span class="mc-tally mc-{status.value}">{mark_html(status)} {count:,} {said}</span> '
