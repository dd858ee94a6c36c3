"""The pieces of a page between its tables and charts: band, cards, headings, notes, sign-off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.view.format import SHORT, Shape
from mcreports.view.markup import escape, figure_html, mark_html, text_html
from mcreports.view.theme import notebook_css
from mcreports.view.words import word

if TYPE_CHECKING:
    from mcreports.checks import Status, Verdict
    from mcreports.figures import Figure
    from mcreports.view.markup import Text


@dataclass(frozen=True)
class Band:
    """The page's verdict: one sentence behind its mark, then what changed, why, and what to decide."""

    status: Status
    headline: Text
    sentences: tuple[Text, ...] = ()
    check: str = ""

    def _repr_html_(self) -> str:
        head = f"{mark_html(self.status)} {escape(word(self.status, self.check))}: {text_html(self.headline)}"
        rest = "".join(f"<li>{text_html(sentence)}</li>" for sentence in self.sentences)
        body = f"<ul>{rest}</ul>" if rest else ""
        return f'<div class="mc mc-band mc-{self.status.value}"><p class="mc-headline">{head}</p>{body}</div>'


@dataclass(frozen=True)
class Card:
    """One figure in large, what it is, and what is to be said of it."""

    label: str
    value: Figure
    words: Text = ()
    verdict: Verdict | None = None
    shape: Shape = SHORT

    def _repr_html_(self) -> str:
        status = "plain" if self.verdict is None else self.verdict.status.value
        said = text_html(self.verdict) if self.verdict is not None else ""
        words = " ".join(filter(None, [said, text_html(self.words)]))
        return (
            f'<div class="mc-card mc-{status}"><dt>{escape(self.label)}</dt>'
            f'<dd class="mc-value">{figure_html(self.value, self.shape)}</dd><dd class="mc-words">{words}</dd></div>'
        )


@dataclass(frozen=True)
class Cards:
    """The few figures that a reader looks for first."""

    cards: tuple[Card, ...]

    def _repr_html_(self) -> str:
        return f'<dl class="mc mc-cards">{"".join(card._repr_html_() for card in self.cards)}</dl>'


@dataclass(frozen=True)
class Heading:
    """What the next part is about, and a line on how to read it."""

    text: str
    note: Text = ()
    level: int = 2

    def _repr_html_(self) -> str:
        note = text_html(self.note)
        line = f'<p class="mc-note">{note}</p>' if note else ""
        return f'<div class="mc mc-heading"><h{self.level}>{escape(self.text)}</h{self.level}>{line}</div>'


@dataclass(frozen=True)
class Paragraph:
    """A sentence of the report that holds figures."""

    text: Text

    def _repr_html_(self) -> str:
        return f'<p class="mc mc-text">{text_html(self.text)}</p>'


@dataclass(frozen=True)
class Notes:
    """What is estimated or unknown and why, and what else must be known to read the report."""

    items: tuple[Text, ...]
    empty: str = "Nothing is estimated, nothing is unknown."

    def _repr_html_(self) -> str:
        if not self.items:
            return f'<p class="mc mc-text">{escape(self.empty)}</p>'
        return f'<ul class="mc mc-notes">{"".join(f"<li>{text_html(item)}</li>" for item in self.items)}</ul>'


@dataclass(frozen=True)
class SignOff:
    """Lines for the names of those who prepared, reviewed and approved."""

    lines: tuple[str, ...] = ("Prepared by, date", "Reviewed by (Finance), date", "Approved by, date")

    def _repr_html_(self) -> str:
        return f'<ul class="mc mc-signoff">{"".join(f"<li>{escape(line)}</li>" for line in self.lines)}</ul>'


@dataclass(frozen=True)
class Style:
    """The look of all these inside JupyterLab; shown once, at the top of a notebook."""

    def _repr_html_(self) -> str:
        return f"<style>{notebook_css()}</style>"
