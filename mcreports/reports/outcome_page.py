"""An outcome as a page beside its file: what was found, what was measured, and the figures behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mcreports.checks import Status
from mcreports.evidence.outcomes import CHECKS
from mcreports.evidence.place import put
from mcreports.reports.page_head import PageHead
from mcreports.reports.templates import template_environment
from mcreports.view.markup import Name, Trusted, verdict_html
from mcreports.view.page import Band, Heading, Notes
from mcreports.view.tables import Column, Table
from mcreports.view.words import check_name, instant_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from mcreports.checks import Verdict
    from mcreports.evidence.outcomes import Outcome
    from mcreports.figures import Figure
    from mcreports.view.markup import Text

MOST_ROWS = 60
MOST_COLUMNS = 6
METHOD = ("Each verdict rests on what was found here; what could not be tried or read is never a pass.",)


def write_page(
    outcome: Outcome,
    file: Path,
    window: tuple[datetime, datetime] | None = None,
    figures: Sequence[Figure] = (),
    lines: Sequence[str] = (),
) -> Path:
    """Write the page of an outcome beside the file that it was kept in."""
    page = template_environment().get_template("outcome.html.j2")
    parts = [Markup(part._repr_html_()) for part in _parts(outcome, figures, lines)]  # noqa: S704 - our own
    text = page.render(head=_head(outcome, file, window), parts=parts)
    return put(file.parent, f"{file.stem}.html", text.encode("utf-8"))


def headline(outcome: Outcome) -> str:
    """How an outcome stands, in one sentence.

    >>> from datetime import UTC, datetime
    >>> from mcreports.evidence.outcomes import Outcome
    >>> headline(Outcome("egress", datetime(2025, 11, 3, tzinfo=UTC), ()))
    'nothing was checked'
    """
    every = outcome.verdicts
    # a verdict on the whole is not counted beside its parts
    own = [one for one in every if not any(other.check.startswith(f"{one.check}.") for other in every)]
    counts = [(sum(each.status is status for each in own), said) for status, said in _SAID.items()]
    told = [f"{count} {said}" for count, said in counts if count]
    return ", ".join(told) if told else "nothing was checked"


_SAID = {Status.FAIL: "failed", Status.UNKNOWN: "not proven", Status.WARN: "to watch", Status.PASS: "proven"}


def _head(outcome: Outcome, file: Path, window: tuple[datetime, datetime] | None) -> PageHead:
    spans = (f"From {instant_words(window[0])} to {instant_words(window[1])}",) if window else ()
    return PageHead(
        title=CHECKS.get(outcome.check, outcome.check),
        period=instant_words(outcome.at),
        status=outcome.status,
        headline=headline(outcome),
        state="signed" if _is_signed(file) else "unsigned",
        revision=0,
        facts=spans,
        method=METHOD,
        run=tuple((name, f"sha256:{digest}") for name, digest in sorted(outcome.inputs.items())[:MOST_ROWS]),
        forms=(("The statement, DSSE", file.name),),
    )


def _is_signed(file: Path) -> bool:
    import json

    return bool(json.loads(file.read_bytes())["signatures"])


def _parts(outcome: Outcome, figures: Sequence[Figure], lines: Sequence[str]) -> Iterator[Any]:
    yield Band(outcome.status, headline(outcome))
    yield _verdicts(outcome.verdicts)
    if lines:
        yield Notes(tuple(Name(line) for line in lines))
    if figures:
        yield Heading("Figures")
        yield _figures(figures)
    if outcome.facts:
        yield Heading("What was found")
        yield from _facts(outcome.facts)


def _verdicts(verdicts: Sequence[Verdict]) -> Table:
    columns = (Column("Check"), Column("Of", "name"), Column("Verdict", "verdict"), Column("Because"))
    rows = tuple(
        (check_name(one.check), _of(one), Trusted(verdict_html(one)), _literal(_because(one))) for one in verdicts
    )
    return Table("Verdicts", columns, rows, empty="Nothing was checked.")


def _literal(text: str) -> Text:
    """What others wrote, kept from turning the text around it; nothing where it is empty."""
    return Name(text) if text else ""


def _because(verdict: Verdict) -> str:
    # the verdict of what is unknown says its reason itself
    return "" if verdict.status is Status.UNKNOWN else verdict.reason


def _of(verdict: Verdict) -> Text:
    whose = "the platform" if verdict.tenant is None else Name(verdict.tenant)
    labels = ", ".join(value for _, value in verdict.labels)
    return (whose, ", ", Name(labels)) if labels else (whose,)


def _figures(figures: Sequence[Figure]) -> Table:
    columns = (Column("Figure"), Column("Of", "name"), Column("Value", "number"), Column("Note"))
    rows = tuple(
        (
            figure.id,
            Name(", ".join(filter(None, [figure.tenant or "the platform", *(value for _, value in figure.labels)]))),
            figure,
            _literal(figure.reason),
        )
        for figure in figures[:MOST_ROWS]
    )
    return Table("Figures", columns, rows, note=_left(len(figures)))


def _left(count: int) -> str:
    return f"{MOST_ROWS} of {count:,} are shown. All of them:" if count > MOST_ROWS else ""


def _facts(facts: Mapping[str, Any]) -> Iterator[Any]:
    """What was measured: a table for each list of records, and one for all that is not a list."""
    alone = {key: value for key, value in facts.items() if not _is_list(value)}
    if alone:
        rows = tuple((_title(path), _literal(text)) for path, text in _flat(alone))
        yield Table("Facts", (Column("What"), Column("Value", "name")), rows[:MOST_ROWS])
    for key, value in facts.items():
        if _is_list(value) and value:
            yield Heading(_title(key), level=3)
            yield _records(_title(key), value)


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, dict) for one in value)


def _records(caption: str, records: Sequence[Mapping[str, Any]]) -> Table:
    keys = list(dict.fromkeys(key for one in records for key in one))[:MOST_COLUMNS]
    rows = tuple(tuple(_literal(_said(one.get(key))) for key in keys) for one in records[:MOST_ROWS])
    columns = tuple(Column(_title(key), "name") for key in keys)
    return Table(caption, columns, rows)


def _flat(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}, {key}" if path else str(key))
    else:
        yield path, _said(value)


def _said(value: object) -> str:
    match value:
        case None:
            return "n/a"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(map(_said, value))
        case dict():
            return ", ".join(f"{key} {_said(inner)}" for key, inner in value.items())
        case _:
            return str(value)


def _title(key: str) -> str:
    said = key.replace("_", " ")
    return said[:1].upper() + said[1:]
