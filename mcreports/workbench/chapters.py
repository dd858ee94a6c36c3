"""The chapters of an explanation: sentences about one tenant, read off its report's figures."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.checks import NAMES
from mcreports.domains.anomalies.assess import told_of
from mcreports.domains.anomalies.figures import COUNT
from mcreports.domains.anomalies.words import why
from mcreports.domains.bridge import CHANGE, PARTS
from mcreports.domains.compared import compared
from mcreports.domains.derive import number
from mcreports.domains.error_budgets import BURN, CHECKS, REMAINING, USED_UP
from mcreports.domains.sentence import Said
from mcreports.domains.story import side
from mcreports.domains.story_change import names, part_name
from mcreports.names import UNALLOCATED
from mcreports.view.format import Shape, thresholds, value_text
from mcreports.view.words import period_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcreports.domains.compose import Report
    from mcreports.domains.sentence import Sentence
    from mcreports.figures import Figure

    Chapter = Callable[[Report, str], Iterator[Sentence]]


def _spend(report: Report, tenant: str) -> Iterator[Sentence]:
    """What was spent, by driver, and what made the change."""
    period = period_words(report.snapshot.period)
    spent = _one(report, "budget.spend.period", tenant)
    if spent is None or spent.value is None:
        yield (f"What it spent, {period}, is not known{_reason(spent)}.",)
        return
    drivers = [one for one in report.figures.of("budget.spend.period", tenant) if _label(one, "driver") is not None]
    drivers.sort(key=lambda one: -(number(one.value) or 0))
    on = "On" if report.snapshot.period.kind == "day" else "In"
    yield (f"{on} {period} it spent ", spent, *_listed([(_driver(one), one) for one in drivers]), ".")
    change = _one(report, CHANGE, tenant)
    pair = compared(report.snapshot)
    if change is not None and change.value is not None and pair is not None:
        parts = [one for figure_id in PARTS if (one := _one(report, figure_id, tenant)) is not None and one.value]
        said = f" against {names(pair)[1]}"
        yield (
            "That is a change of ",
            Said(change),
            said,
            *_listed([(part_name(one), Said(one)) for one in parts]),
            ".",
        )
        grown = [one for one in report.figures.of(CHANGE, tenant) if _label(one, "driver") is not None and one.value]
        if grown:
            most = max(grown, key=lambda one: abs(number(one.value) or Fraction()))
            yield (f"The largest part of it is {_driver(most)}, ", Said(most), ".")


def _ahead(report: Report, tenant: str) -> Iterator[Sentence]:
    """The month against its budget, when that is used up, and how far off such forecasts were."""
    ahead, allowed, over = (
        _one(report, name, tenant)
        for name in ("budget.forecast.month_end", "budget.limit.monthly", "budget.variance.month")
    )
    month = f"{report.snapshot.period.month().first:%B}"
    if ahead is None or ahead.value is None:
        yield (f"Where {month} ends is not known{_reason(ahead)}.",)
        return
    against: Sentence = ()
    if over is not None and allowed is not None and over.value is not None:
        against = (", ", Said(over), f" {side(over)} its budget of ", allowed)
    closed = report.snapshot.state == "final" and report.snapshot.period.after == report.snapshot.period.month().after
    yield (f"{month} {'ended' if closed else 'is forecast to end'} at ", ahead, *_between(ahead), *against, ".")
    gone, chance = (_one(report, f"budget.exhaustion_{name}", tenant) for name in ("date", "probability"))
    if gone is not None and gone.value is not None:
        likely: Sentence = (
            () if closed or chance is None or chance.value is None else ("; the probability that it is: ", chance)
        )
        yield ("The day on which the budget is used up: ", gone, *likely, ".")
    past = _one(report, "budget.forecast.past_error", tenant)
    if not closed and past is not None and past.value is not None:
        yield ("Forecasts made at this point of its past months were off by ", past, ".")


def _unusual(report: Report, tenant: str) -> Iterator[Sentence]:
    """Each anomaly and why; who knows of it; that there is none only where that is known."""
    own = [told for told in told_of(report.snapshot) if told.anomaly.tenant == tenant]
    for told in own:
        known = told.anomaly.known
        said: Sentence = () if known is None else (f" Acknowledged by {known.by}: {known.note}",)
        yield (*why(told), *said)
    count = _one(report, COUNT, tenant)
    if not own and count is not None:
        yield ("Nothing stands out.",) if count.value == 0 else (f"What stands out is not known{_reason(count)}.",)
    if count is not None and count.value is not None and count.reason:
        yield (f"Not all could be judged: {count.reason}.",)


def _budgets(report: Report, tenant: str) -> Iterator[Sentence]:
    """Each rate, and how fast the month's error budget is being used up."""
    for check in CHECKS:
        rate = _one(report, check, tenant)
        if rate is None or rate.value is None:
            yield (f"{NAMES[check]} is not known{_reason(rate)}.",)
            continue
        burn, left, gone = (_one(report, name, tenant, check=check) for name in (BURN, REMAINING, USED_UP))
        used: Sentence = ()
        if burn is not None and left is not None and gone is not None and burn.value is not None:
            last: Sentence = (", used up already",) if gone.value is None else (", used up: ", gone)
            used = ("; its error budget burns at ", burn, ", ", left, " left", *last)
        yield (f"{NAMES[check]}: ", rate, *_between(rate), *used, ".")


def _quality(report: Report, tenant: str) -> Iterator[Sentence]:
    """What a good operation costs, and what went into work that failed."""
    good = _one(report, "budget.cost_per_good_operation", tenant)
    lost, share = (_one(report, f"quality.spend.{name}", tenant) for name in ("lost", "lost_percent"))
    if good is not None and good.value is not None:
        yield ("An operation that succeeded and was not compensated cost ", good, ".")
    if lost is not None and share is not None and lost.value is not None:
        yield ("Work that failed, was compensated or was not grounded took ", lost, ", ", share, " of its spend.")


CHAPTERS: tuple[tuple[str, Chapter], ...] = (
    ("Spend, and why it changed", _spend),
    ("Where the month is heading", _ahead),
    ("What is unusual", _unusual),
    ("Rates and error budgets", _budgets),
    ("The cost of quality", _quality),
)


def _one(report: Report, figure_id: str, tenant: str, **labels: str) -> Figure | None:
    """The tenant's figure of the report's own window, if there is one."""
    own = [one for one in report.figures.of(figure_id, tenant) if dict(one.labels) == labels]
    return report.figures.find(figure_id, tenant, None, **labels) if own else None


def _label(figure: Figure, name: str) -> str | None:
    return dict(figure.labels).get(name) if len(figure.labels) == 1 else None


def _driver(figure: Figure) -> str:
    return _label(figure, "driver") or UNALLOCATED


def _between(figure: Figure) -> Sentence:
    if not figure.bounds or None in figure.bounds:
        return ()
    shape = Shape(places=None if figure.unit == "USD" else 2, marks=thresholds(figure.id))
    low, high = (value_text(bound, figure.unit, shape) for bound in figure.bounds)
    return (f" ({low} to {high})",)


def _listed(parts: list[tuple[str, Figure | Said]]) -> Sentence:
    said: list[str | Figure | Said] = []
    for name, figure in parts:
        said += [", " if said else ": ", f"{name} ", figure]
    return tuple(said)


def _reason(figure: Figure | None) -> str:
    return f": {figure.reason}" if figure is not None and figure.reason else ""
