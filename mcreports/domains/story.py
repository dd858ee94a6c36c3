"""What changed, why, and what must be decided: sentences that hold figures, never loose numbers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mcreports.checks import Status
from mcreports.domains.derive import number
from mcreports.domains.facts import seen_part
from mcreports.domains.sentence import Said
from mcreports.domains.story_change import changed, neutral
from mcreports.names import UNALLOCATED, called

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.checks import Verdict
    from mcreports.domains.sentence import Sentence
    from mcreports.figures import Figure, Figures
    from mcreports.snapshot import Snapshot

DAYS_TO_DECIDE = 3


def story(snapshot: Snapshot, figures: Figures, verdicts: Sequence[Verdict]) -> Iterator[Sentence]:
    """How things stand, what changed and why, what must be decided and by when, and what is neutral."""
    if snapshot.report == "trends":
        yield from _year(snapshot, figures)
    else:
        yield from _month(snapshot, figures)
    yield from changed(snapshot, figures)
    if snapshot.report != "trends":
        yield from _furthest(snapshot, figures, verdicts)
    yield from neutral(figures)


def _month(snapshot: Snapshot, figures: Figures) -> Iterator[Sentence]:
    """The platform's month against its budget."""
    month = f"{snapshot.period.month().first:%B}"
    ahead, allowed, over = (
        figures.find(name) for name in ("budget.forecast.month_end", "budget.limit.monthly", "budget.variance.month")
    )
    known = [number(figure.value) for figure in (ahead, allowed, over)]
    verb = f"{month} closed at" if _is_closed(snapshot) else f"{month} is forecast at"
    if None not in known:
        apart: Sentence = (", ", Said(over), f" {side(over)}") if number(over.value) else (", at",)
        yield (verb, " ", ahead, *apart, " its budget of ", allowed, ".")
    elif known[0] is not None:
        yield (verb, " ", ahead, "; the budget is not known.")


def _is_closed(snapshot: Snapshot) -> bool:
    return snapshot.state == "final" and snapshot.period.after == snapshot.period.month().after


def side(variance: Figure) -> str:
    """The word that stands beside a variance's sign."""
    over = number(variance.value) or 0
    return "over" if over > 0 else "under" if over < 0 else "at"


def _whose(tenant: str | None) -> str:
    return "the platform" if tenant is None else called(tenant)


def _furthest(snapshot: Snapshot, figures: Figures, verdicts: Sequence[Verdict]) -> Iterator[Sentence]:
    """The tenant whose forecast is furthest over, its main driver, and the decision that is due."""
    judged = [v.tenant for v in verdicts if v.check == "budget.forecast" and v.status in {Status.WARN, Status.FAIL}]
    if not judged:
        return
    tenant = max(judged, key=lambda name: number(figures.find("budget.variance.month", name).value) or 0)
    over, percent = (figures.find(f"budget.variance.month{suffix}", tenant) for suffix in ("", "_percent"))
    heading = f"{_whose(tenant)} {'ended' if _is_closed(snapshot) else 'is heading'} "
    yield (heading, over, " (", percent, ") over its budget", *_because(figures, tenant))
    due = snapshot.period.after + timedelta(days=DAYS_TO_DECIDE)
    yield (f"Decision needed: raise the budget of {_whose(tenant)} or cap its spend, by {due:%-d %B %Y}.",)


def _because(figures: Figures, tenant: str | None) -> Sentence:
    """The driver that grew most against the same days of the month before."""
    driver = main_driver(figures, tenant)
    if driver is None:
        return (".",)
    name = dict(driver.labels)["driver"] or UNALLOCATED
    return (f"; {name} grew most, by ", driver, " against the same days of the month before.")


def main_driver(figures: Figures, tenant: str | None) -> Figure | None:
    """The change of the driver that grew most in USD; None where nothing grew or nothing is known."""
    changes = [f for f in figures.where("budget.change.mtd") if f.tenant == tenant and "driver" in dict(f.labels)]
    grown = [f for f in changes if (number(f.value) or 0) > 0]
    return max(grown, key=lambda f: number(f.value) or 0, default=None)


def _year(snapshot: Snapshot, figures: Figures) -> Iterator[Sentence]:
    whole = figures.find("budget.spend.period")
    if whole.value is not None:
        _, end = seen_part(snapshot, snapshot.period)
        last = (end - timedelta(milliseconds=1)).astimezone(ZoneInfo(snapshot.period.zone))
        yield (f"From {snapshot.period.first:%-d %B %Y} to {last:%-d %B %Y} the platform cost ", whole, ".")
    changes = figures.where("budget.change.month_like_for_like")
    if changes:
        first, labels = changes[0], dict(changes[0].labels)
        month = date.fromisoformat(f"{labels['month']}-01")
        said = f"The largest change of a month, days apart: {_whose(first.tenant)}, {labels['driver'] or UNALLOCATED}"
        yield (f"{said}, {month:%B %Y}, by ", Said(first), ".")
