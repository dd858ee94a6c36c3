"""The cost of quality and error budgets: what good work costs, what was spent on the rest, how fast budgets burn."""

from __future__ import annotations

from fractions import Fraction
from math import floor, log10
from typing import TYPE_CHECKING

from mcreports.book.forecasts import WHOLE
from mcreports.book.spend import highest
from mcreports.checks import NAMES
from mcreports.domains import error_budgets, quality_cost
from mcreports.domains.derive import ends, number
from mcreports.domains.quality_spend import LOST, LOST_SHARE
from mcreports.domains.stretches import LABELS
from mcreports.domains.unit_cost import GOOD_COST, GROUNDED_COST, SUCCESS_COST
from mcreports.figures import Figure, Quality
from mcreports.period import Period
from mcreports.view.charts import Lines, Series
from mcreports.view.format import Shape, figure_text, value_text
from mcreports.view.markup import Name
from mcreports.view.tables import AMOUNT, Column, Table
from mcreports.view.words import BUDGET_WORDS, MARKS, OPS, long_day, month_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from mcreports.checks import Status
    from mcreports.domains.compose import Report
    from mcreports.view.tables import Cell, Row

COSTS = {
    SUCCESS_COST: "succeeded", GOOD_COST: "and not compensated", GROUNDED_COST: "and grounded",
}  # fmt: skip
TIMES = Shape("amount", marks=(Fraction(1),))
BUDGETED = (
    error_budgets.EVENTS, error_budgets.WHOLE, error_budgets.SPENT, error_budgets.REMAINING, error_budgets.BURN,
)  # fmt: skip
MOST_BUDGETS = 4
LEAST_DIGITS = 3  # that the lowest cost of an operation is printed with
NOT_PROVEN = "not proven"
MUCH = 100  # USD above which cents say nothing of how sure it is


def quality_table(report: Report) -> Table:
    """Each tenant's cost of good work, and what was spent on work that failed, the most USD first."""
    labels = _newest(report)
    ranked = quality_cost.worst(report.figures, labels)
    shown = ranked[: quality_cost.MOST]
    rows: list[Row] = [(Name(tenant), *_costs(report, tenant, labels)) for tenant in shown]
    total: Row | None = (Name("Total"), *_costs(report, None, labels)) if ranked else None
    fine = _fine([cell for row in (*rows, total or ()) for cell in row[2 : 2 + len(COSTS)]])
    columns = (
        Column("Tenant", "name"),
        Column("Spend", "number"),
        *(Column(head, "number", "USD per operation that", fine) for head in COSTS.values()),
        Column("USD", "number", "Spent on failed work"),
        Column("95 % between", "number", "Spent on failed work"),
        Column("%", "number", "Spent on failed work"),
    )
    left, said = len(ranked) - len(shown), ""
    if left:
        said = f"{len(shown)} of {len(ranked):,} tenants are named, those with the most failed work. All of them:"
    left_out = _rest(report, left, labels)
    empty = "No month is over." if report.snapshot.report == "trends" else "No tenant is known."
    # the passports of these many derived figures are in report.json: here they would cost the whole page its own
    return Table("The cost of quality", columns, tuple(rows), total, empty, passports=False, note=said, others=left_out)


def _fine(cells: Sequence[object]) -> Shape:
    """As many places as tell the lowest cost from the others."""
    known = [float(cell.value) for cell in cells if isinstance(cell, Figure) and isinstance(cell.value, float)]
    least = min(known, default=1.0)
    return Shape("amount", places=max(2, LEAST_DIGITS - 1 - floor(log10(least))))


def _newest(report: Report) -> quality_cost.Labels:
    """The labels of what a table is of: of trends their newest month."""
    if report.snapshot.report != "trends":
        return ()
    return max(
        (one.labels for one in report.figures.of(LOST, None) if quality_cost.OTHERS not in one.labels), default=()
    )


def _costs(report: Report, tenant: str | None, labels: quality_cost.Labels) -> tuple[Cell, ...]:
    spent = "budget.spend.month" if labels else "budget.spend.period"
    every = (spent, *COSTS, LOST, LOST_SHARE)
    *first, lost, share = (report.figures.find(each, tenant, None, **dict(labels)) for each in every)
    return (*first, lost, _between(lost), share)


def _between(figure: Figure) -> str:
    """The ends of an interval in USD, of much money in whole dollars; nothing where there is none."""
    if figure.value is None or figure.bounds is None:
        return ""
    shape = WHOLE if float(figure.value) >= MUCH else AMOUNT
    low, high = ("not known" if end is None else value_text(end, figure.unit, shape) for end in figure.bounds)
    return f"{low} to {high}"


def _rest(report: Report, left: int, labels: quality_cost.Labels) -> Row | None:
    """What all the others spent and lost together."""
    wanted = tuple(sorted((*labels, quality_cost.OTHERS)))
    every = [one for each in (quality_cost.OTHERS_SPENT, LOST, LOST_SHARE) for one in report.figures.of(each, None)]
    own = [one for one in every if one.labels == wanted]
    if not left or not own:
        return None
    spent, lost, share = own
    return (f"{left:,} others", spent, None, None, None, lost, _between(lost), share)


def quality_trend(report: Report) -> Lines:
    """USD per good operation of the platform over the report's days, weeks or months, within its interval."""
    label = LABELS[report.snapshot.report]
    own = [one for one in report.figures.of(GOOD_COST, None) if list(dict(one.labels)) == [label]]
    dates = tuple(_first(one, label) for one in own)
    low, high = (tuple(_end(one, at) for one in own) for at in (0, 1))
    line = Series("All tenants", "actual", dates, tuple(own), low, high, label=False)
    said = f"USD per operation that succeeded and was not compensated, by {label}"
    said += ", on its first day" if label == "week" else ""
    return Lines(_title(own, label), said, (line,), unit="USD/operation")


def _title(own: Sequence[Figure], label: str) -> str:
    """When good operations cost the most: said where the interval lies above those of all other times, and it shows."""
    most = highest(own)
    low = None if most is None else ends(most)[0]
    others = [one for one in own if one is not most]
    tops = [ends(one)[1] for one in others]
    if most is None or low is None or any(top is None or top >= low for top in tops):
        return _span(own)
    if figure_text(most) in map(figure_text, others):
        return _span(own)
    first = _first(most, label)
    when = {"day": f"on {long_day(first, year=False)}", "month": f"in {month_text(first)}"}
    return f"A good operation cost the most {when.get(label, f'in the week from {long_day(first, year=False)}')}"


def _span(own: Sequence[Figure]) -> str:
    """From what to what good operations cost, where that is known of all times."""
    if not own or any(one.quality is not Quality.ACTUAL or number(one.value) is None for one in own):
        return "USD per good operation"
    ranked = sorted(own, key=lambda one: number(one.value) or Fraction(0))
    least, most = figure_text(ranked[0]), figure_text(ranked[-1])
    return f"A good operation cost {least}" + (f" to {most}" if least != most else " all the time")


def _first(figure: Figure, label: str) -> date:
    return Period.parse(dict(figure.labels)[label]).first


def _end(figure: Figure, at: int) -> float | None:
    end = figure.bounds[at] if figure.bounds else None
    return end if isinstance(end, float) else None


def error_budget_table(report: Report) -> Table:
    """The budgets of tenants that burn fastest, and those of all tenants together, over the calendar month."""
    recent = bool(report.figures.where(error_budgets.BURN_PERIOD))
    kind = report.snapshot.period.kind
    burns = [Column("Month" if recent else "Burn", "number", "Burn" if recent else "", TIMES)]
    burns += [Column(kind.capitalize(), "number", "Burn", TIMES)] if recent else []
    columns = (
        Column("Tenant", "name"), Column("Target"), Column("Counted", "number"),
        *(Column(head, "number", "Of the month") for head in ("May fail", "Failed", "Left")), *burns, Column("So far"),
    )  # fmt: skip
    ranked = error_budgets.burners(report.figures)
    shown = ranked[:MOST_BUDGETS]
    keys = [*shown, *((None, check) for check in error_budgets.CHECKS)] if ranked else []
    rows = tuple(_budget(report, key, (*BUDGETED, *([error_budgets.BURN_PERIOD] * recent))) for key in keys)
    said = f"{len(shown)} of {len(ranked):,} budgets of tenants are shown, the fastest burners first. All of them:"
    note = said if len(ranked) > len(shown) else ""
    return Table("Error budgets", columns, rows, empty="No tenant is known.", passports=False, note=note)


def _budget(report: Report, key: error_budgets.Key, ids: Sequence[str]) -> Row:
    tenant, check = key
    rule = report.snapshot.rule(check, tenant)
    found = {each: report.figures.find(each, tenant, None, check=check) for each in (*ids, error_budgets.USED_UP)}
    last = found.pop(error_budgets.USED_UP)
    target = f"{NAMES[check]} {OPS.get(rule.op, rule.op)} {rule.fail.normalize():f} %"
    word = _word(error_budgets.standing(found[error_budgets.REMAINING], found[error_budgets.BURN]))
    is_dated = last.value not in {None, error_budgets.NOT_THIS_MONTH}
    whose = Name("All tenants" if tenant is None else tenant)
    return (whose, target, *found.values(), (word, ", used up on ", last) if is_dated else word)


def _word(status: Status | None) -> str:
    """The mark and the word of a budget; what so few events do not prove has none."""
    return NOT_PROVEN if status is None else f"{MARKS[status]} {BUDGET_WORDS[status]}"
