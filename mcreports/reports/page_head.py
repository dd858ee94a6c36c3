"""What stands above and below a page's own parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.view.words import WORDS

if TYPE_CHECKING:
    from mcreports.checks import Status


@dataclass(frozen=True)
class PageHead:
    """What stands above and below the page's own parts, and in the browser's title.

    ``facts`` are the line under the title (tenants, USD, data through, generated); ``forms`` are the
    other forms of it, each a label and a relative address; ``method`` is said in the footer; revision 0 is not told.
    """

    title: str
    period: str
    status: Status
    headline: str
    state: str
    revision: int
    facts: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    run: tuple[tuple[str, str], ...] = ()
    forms: tuple[tuple[str, str], ...] = ()

    @property
    def document_title(self) -> str:
        """The verdict first, since a row of tabs shows no more.

        >>> from mcreports.checks import Status
        >>> PageHead("Daily report", "October 2025", Status.FAIL, "one tenant is over", "final", 1).document_title
        'FAIL: one tenant is over · Daily report · October 2025'
        """
        return f"{WORDS[self.status]}: {self.headline} · {self.title} · {self.period}"
