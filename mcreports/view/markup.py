"""HTML for text, names, figures and verdicts; every text is escaped and every number carries its passport."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.checks import Status, Verdict
from mcreports.figures import Figure, Quality, plain
from mcreports.names import called
from mcreports.view.format import FULL, Shape, figure_text, percent, thresholds, value_text
from mcreports.view.words import MARKS, target_words, verdict_parts, window_words, word

if TYPE_CHECKING:
    from collections.abc import Sequence

# the forms of a report that leave nothing out
FORMS = (
    ("Excel", "report.xlsx"),
    ("CSV of figures", "figures.csv"),
    ("CSV of verdicts", "verdicts.csv"),
    ("JSON", "report.json"),
)
FEW_WORDS = 30  # characters of a reason that stands out together with its word
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Name:
    """A tenant, driver or owner: shown literally, and kept from turning the text around it."""

    text: str


@dataclass(frozen=True)
class Shown:
    """A figure, and how it is printed."""

    figure: Figure
    shape: Shape = FULL


@dataclass(frozen=True)
class Judged:
    """A figure that wears the mark and the colour of its verdict."""

    figure: Figure
    verdict: Verdict
    shape: Shape = FULL


@dataclass(frozen=True)
class Link:
    """A way to another form of the report, or to a place in this one: never to another address."""

    text: str
    href: str


@dataclass(frozen=True)
class Strong:
    """A part of a sentence that stands out."""

    part: str | Name | Figure | Shown


@dataclass(frozen=True)
class Trusted:
    """HTML that this room made itself."""

    html: str


Part = str | Name | Figure | Shown | Judged | Verdict | Link | Strong
Text = Part | tuple[Part, ...]


def escape(text: str) -> str:
    r"""Text as HTML, safe in content and in attributes; what no document may hold is made visible.

    >>> escape('<b title="x">'), escape("a\x00b")
    ('&lt;b title=&quot;x&quot;&gt;', 'a␀b')
    """
    return html.escape(visible(text), quote=True)


def visible(text: str) -> str:
    """The text with a picture for each control character and the number of each lone surrogate."""
    return _UNSEEN.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:  # noqa: PLR2004 - the C0 controls, pictured from U+2400 on
        return chr(0x2400 + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else f"\\u{code:04x}"  # noqa: PLR2004


def text_html(text: Text) -> str:
    """A sentence, part by part; the stop of ``est.`` ends it, too."""
    parts = text if isinstance(text, tuple) else (text,)
    return re.sub(r"(est\.</abbr>(?:</strong>)?)\.", r"\1", "".join(part_html(part) for part in parts))


def part_html(part: Part) -> str:  # noqa: PLR0911 - one for each kind of part
    """One part of a sentence or the content of one cell."""
    match part:
        case str():
            return escape(part)
        case Name():
            return name_html(part.text)
        case Figure():
            return figure_html(part)
        case Shown():
            return figure_html(part.figure, part.shape)
        case Judged():
            return judged_html(part)
        case Verdict():
            return verdict_html(part)
        case Link():
            return link_html(part)
        case Strong():
            return f"<strong>{part_html(part.part)}</strong>"


def name_html(name: str) -> str:
    """A name in isolation: its direction marks end where it ends."""
    if called(name) != name:
        return f'<span class="mc-muted">{called(name)}</span>'
    literal = name.replace("\t", "␉").replace("\n", "␊")
    return f"<bdi>{escape(literal)}</bdi>"


def figure_html(figure: Figure, shape: Shape = FULL, *, passport: bool = True) -> str:
    """A figure as ``<data>``: its text, its exact value, its key, and its passport as a tooltip."""
    value = plain(figure.value)
    title = f' title="{escape(passport_text(figure))}"' if passport else ""
    return (
        f'<data value="{"" if value is None else escape(str(value))}"'
        f' data-figure="{escape(figure.key)}"{title}>{escape(figure_text(figure, shape))}</data>{_doubt(figure)}'
    )


def passport_text(figure: Figure) -> str:
    """What stands behind a figure: window, quality, bounds, coverage, method and query."""
    shape = Shape(marks=thresholds(figure.id))
    lines = [
        f"{figure.id}, {figure.quality.value}",
        window_words(figure.window),
        "" if figure.coverage is None else f"{percent(100 * figure.coverage)} of the expected samples",
        f"samples: {figure.samples:,}" if figure.samples else "",
        f"resets: {figure.resets:,}" if figure.resets else "",
        " to ".join(value_text(bound, figure.unit, shape) for bound in figure.bounds) if figure.bounds else "",
        figure.reason,
        figure.method,
        figure.query,
    ]
    return "\n".join(filter(None, lines))


def _doubt(figure: Figure) -> str:
    if figure.quality is Quality.ACTUAL:
        return ""
    if figure.quality is Quality.ESTIMATED:
        return ' <abbr title="estimated">est.</abbr>'
    return f' <span class="mc-nodata">{mark_html(Status.UNKNOWN)}<span class="mc-sr">no data</span></span>'


def verdict_html(verdict: Verdict, *, brief: bool = False, reason: bool = True) -> str:
    """A verdict in full: mark, word, value, target, distance, events; a brief one leaves target and distance out.

    Without ``reason`` what is unknown does not say why: another cell does.
    """
    told, target = replace(verdict, gap=None) if brief else verdict, target_words(verdict)
    parts = [part for part in verdict_parts(told) if not (brief and part == target)]
    head, is_unknown = escape(word(verdict.status, verdict.check)), verdict.status is Status.UNKNOWN
    parts = parts if reason or not is_unknown else parts[1:]
    # a sentence in bold would stand out more than what fails
    if (reason and len(parts[0]) <= FEW_WORDS) if is_unknown else verdict.value is not None:
        return _said(verdict, f"{head}: {escape(parts[0])}", ",", parts[1:])
    return _said(verdict, head, ":", parts)


def _said(verdict: Verdict, strong: str, comma: str, more: Sequence[str]) -> str:
    rest = ", ".join(more)
    if re.fullmatch("n = [0-9,]+", rest):  # a crowd has many of these: one element is enough
        tail = f' <span class="mc-rest mc-events">{rest}</span>'
    else:
        events = re.sub("(n = [0-9,]+)$", r'<span class="mc-events">\1</span>', escape(rest))
        tail = f'<span class="mc-comma">{comma}</span> <span class="mc-rest">{events}</span>' if rest else ""
    return _judgement(verdict, f"{mark_html(verdict.status)} <strong>{strong}</strong>{tail}")


def judged_html(judged: Judged) -> str:
    """A figure behind its verdict's mark; the word is there for those who do not see the mark."""
    verdict, shape = judged.verdict, judged.shape
    shown = replace(shape, marks=shape.marks + _targets(verdict))
    word_html = f'<span class="mc-sr">{escape(word(verdict.status, verdict.check))} </span>'
    return _judgement(verdict, f"{mark_html(verdict.status)} {word_html}{figure_html(judged.figure, shown)}")


def word_html(verdict: Verdict) -> str:
    """A verdict's mark and word alone."""
    return _judgement(verdict, f"{mark_html(verdict.status)} {escape(word(verdict.status, verdict.check))}")


def verdict_key(verdict: Verdict) -> str:
    """What names a verdict within a report: check, tenant and labels."""
    labels = ",".join(f"{key}={value}" for key, value in verdict.labels)
    return f"{verdict.check}|{'*' if verdict.tenant is None else '=' + verdict.tenant}|{labels}"


def mark_html(status: Status) -> str:
    """The status's shape; a word always stands beside it."""
    return f'<span class="mc-mark" aria-hidden="true">{MARKS[status]}</span>'


def link_html(link: Link) -> str:
    """A link to a relative place; anything else is shown as text.

    >>> link_html(Link("x", "javascript:alert(1)"))
    'x'
    """
    if not re.fullmatch(r"[#.A-Za-z0-9_%-][^:\\\s]*", link.href):
        return escape(link.text)
    return f'<a href="{escape(link.href)}">{escape(link.text)}</a>'


def elsewhere_html(note: str) -> str:
    """What is left out here, and links to where all of it is; a page keeps those to the forms that it has."""
    if not note:
        return ""
    items = "".join(f'<li class="mc-form"><a href="{file}">{name}</a></li>' for name, file in FORMS)
    return f'<div class="mc mc-elsewhere"><p>{escape(note)}</p><ul aria-label="All of it">{items}</ul></div>'


def _judgement(verdict: Verdict, inner: str) -> str:
    return (
        f'<span class="mc-verdict mc-{verdict.status.value}" data-verdict="{escape(verdict_key(verdict))}"'
        f' data-status="{verdict.status.value}">{inner}</span>'
    )


def _targets(verdict: Verdict) -> tuple[Fraction, ...]:
    return () if verdict.unit.startswith("USD") else (Fraction(verdict.target),)
