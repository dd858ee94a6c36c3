"""Tables whose cells are figures, verdicts, names and sparklines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from mcreports.checks import Status, Verdict
from mcreports.figures import Figure
from mcreports.view.format import FULL, Shape
from mcreports.view.markup import (
    Judged,
    Name,
    Trusted,
    elsewhere_html,
    escape,
    figure_html,
    mark_html,
    name_html,
    part_html,
    text_html,
    verdict_html,
)  # fmt: skip
from mcreports.view.sparkline import Sparkline
from mcreports.view.tally import Tally
from mcreports.view.words import MINUS, because, check_name, target_words, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.checks import Reconciliation
    from mcreports.view.markup import Text

    Cell = Text | Sparkline | Tally | Trusted | None
    Row = tuple[Cell, ...]

Kind = Literal["text", "name", "number", "verdict", "spark"]
AMOUNT = Shape("amount")
NARROW = 4
MOST_WORDS = 300  # characters of a reason; the verdict has all of it
CROWD = 12  # rows above which a column says the target of all that pass once, in its head


@dataclass(frozen=True)
class Column:
    """A column's head, what it holds, the head it shares with its neighbours, and how its figures are printed."""

    head: str
    kind: Kind = "text"
    group: str = ""
    shape: Shape = AMOUNT


@dataclass(frozen=True)
class Table:
    """Rows under columns, the first of which names the row; ``total`` stands below a rule.

    ``others`` is the line of those that have no row of their own; ``note`` says so above the table,
    and is followed by the ways to the forms that have them all.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    empty: str = "Nothing to show."
    passports: bool = True
    others: Row | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a row that does not fit under the columns."""
        for row in (*self.rows, *(row for row in (self.others, self.total) if row is not None)):
            if len(row) != len(self.columns):
                msg = f"{self.caption}: a row has {len(row)} cells under {len(self.columns)} columns"
                raise ValueError(msg)

    def _repr_html_(self) -> str:
        if not self.rows:
            return f'<p class="mc mc-text">{escape(self.empty)}</p>'
        body = "".join(self._row(row) for row in self.rows)
        body += "" if self.others is None else self._row(self.others, "mc-others")
        is_narrow = len(self.columns) <= NARROW and not any(column.kind == "verdict" for column in self.columns)
        kind = "mc-cells mc-narrow" if is_narrow else "mc-cells"
        foot = f"<tfoot>{self._row(self.total)}</tfoot>" if self.total else ""
        return (
            f"{elsewhere_html(self.note)}"
            f'<div class="mc mc-scroll" role="region" tabindex="0" aria-label="{escape(self.caption)}">'
            f'<table class="{kind}">'
            f'<caption class="mc-sr">{escape(self.caption)}</caption><thead>{self._heads()}</thead>'
            f"<tbody>{body}</tbody>{foot}</table></div>"
        )

    def _heads(self) -> str:
        heads = "".join(
            f'<th scope="col"{_class(column)}>{escape(column.head)}{_target_html(target)}</th>'
            for column, target in zip(self.columns, self._targets, strict=True)
        )
        if not any(column.group for column in self.columns):
            return f"<tr>{heads}</tr>"
        groups = ""
        for group, members in groupby(self.columns, key=lambda column: column.group):
            span = len(list(members))
            groups += (
                f'<th scope="colgroup" colspan="{span}" class="mc-group">{escape(group)}</th>'
                if group
                else f'<td colspan="{span}"></td>'
            )
        return f'<tr class="mc-groups">{groups}</tr><tr>{heads}</tr>'

    def _row(self, row: Row, kind: str = "") -> str:
        first, *rest = zip(self.columns, row, self._targets, strict=True)
        head = f'<th scope="row"{_class(first[0])}>{self._cell(*first)}</th>'
        cells = (f"<td{_cell_class(column)}>{self._cell(column, cell, target)}</td>" for column, cell, target in rest)
        start = f'<tr class="{kind}">' if kind else "<tr>"
        return f"{start}{head}{''.join(cells)}</tr>"

    @cached_property
    def _targets(self) -> tuple[str, ...]:
        """For each column of a crowd the one target of all that pass, which its head says; else nothing."""
        if len(self.rows) <= CROWD:
            return ("",) * len(self.columns)
        found: list[set[str]] = [set() for _ in self.columns]
        for row in self.rows:
            for place, cell in enumerate(row):
                if isinstance(cell, Verdict) and cell.status is Status.PASS:
                    found[place].add(target_words(cell))
        return tuple(one.pop() if len(one) == 1 else "" for one in found)

    def _cell(self, column: Column, cell: Cell, target: str) -> str:
        match cell:
            case Verdict() if target and cell.status is Status.PASS:
                shown = verdict_html(cell, brief=True)
            case None:
                shown = ""
            case Trusted():
                shown = cell.html
            case Sparkline():
                shown = cell.svg()
            case Tally():
                shown = cell.html()
            case Figure():
                shown = figure_html(cell, column.shape, passport=self.passports)
            case Judged() if cell.shape == FULL:
                shown = part_html(replace(cell, shape=column.shape))
            case str() if column.kind == "name":
                shown = name_html(cell)
            case _:
                shown = text_html(cell)
        return shown


def verdict_table(caption: str, verdicts: Sequence[Verdict], empty: str = "Nothing was checked.") -> Table:
    """Each verdict in full behind its check and its subject; where any has a reason, why."""
    columns = (Column("Check"), Column("Subject", "name"), Column("Verdict", "verdict"), Column("Because"))
    rows = [
        (check_name(one.check), _subject(one), Trusted(verdict_html(one, reason=False)), reason_cell(one))
        for one in verdicts
    ]
    wide = len(columns) if any(row[-1] for row in rows) else len(columns) - 1
    return Table(caption, columns[:wide], tuple(row[:wide] for row in rows), empty=empty)


def reason_cell(verdict: Verdict) -> Name | None:
    """Why a verdict came out so, kept from turning the text around it; of a long reason the beginning."""
    reason = because(verdict)
    if not reason:
        return None
    return Name(reason if len(reason) <= MOST_WORDS else f"{reason[:MOST_WORDS]} …")


def reconciliation_table(caption: str, sums: Sequence[Reconciliation]) -> Table:
    """Whether two ways to the same sum agree, and by how much they do not."""
    columns = (Column("What must agree"), Column("Result"), Column("Difference", "number"))
    return Table(caption, columns, tuple((one.name, *_agreement(one)) for one in sums), empty="Nothing was summed.")


def _subject(verdict: Verdict) -> Text:
    whose = "all tenants" if verdict.tenant is None else Name(verdict.tenant)
    labels = ", ".join(f"{key} {value}" for key, value in verdict.labels)
    return (whose, ", ", Name(labels)) if labels else (whose,)


def _agreement(one: Reconciliation) -> tuple[Trusted, Trusted]:
    status = one.status
    result = f'<span class="mc-verdict mc-{status.value}">{mark_html(status)} {escape(word(status))}</span>'
    difference = (
        f'<data value="{escape(one.difference)}" data-reconciliation="{escape(one.name)}"'
        f' data-status="{status.value}">{escape(one.difference.replace("-", MINUS))}</data>'
    )
    return Trusted(result), Trusted(difference)


def _target_html(target: str) -> str:
    return f' <span class="mc-rest">{escape(target)}</span>' if target else ""


def _class(column: Column) -> str:
    return f' class="mc-{column.kind}"' if column.kind != "text" else ""


def _cell_class(column: Column) -> str:
    """Most cells are numbers: a page weighs less if it is the others that are marked."""
    return {"number": "", "text": ' class="mc-words"'}.get(column.kind, _class(column))
