"""What is not simply measured: estimated, unknown, or counted through a reset; each reason once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from mcreports.domains.derive import number
from mcreports.figures import Quality
from mcreports.names import called
from mcreports.view.format import value_text
from mcreports.view.markup import Name
from mcreports.view.words import MONTHS, long_day, month_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.samples import Note
    from mcreports.view.markup import Text

# coverage has a table of its own, and these follow from the forecast, which is told
UNSHOWN = {
    "data.coverage", "budget.exhaustion_date", "budget.exhaustion_probability", "budget.forecast.past_error",
    "budget.forecast.month_end_95", "budget.forecast.cumulative", "budget.forecast.cumulative_95",
}  # fmt: skip
MOST_NAMES = 4
FEW_NAMES = 3
MOST_LINES = 12
MOST_WORDS = 300  # characters of a reason; the figure has all of it
NO_REASON = "no reason is known"


def doubts(report: Report) -> Iterator[Text]:
    """A line for each reason why figures are estimated or unknown; of very many reasons those of the most figures."""
    groups: dict[tuple[bool, str], list[Figure]] = {}
    for figure in report.figures:
        if figure.quality is not Quality.ACTUAL and figure.id not in UNSHOWN:
            said = f"{figure.quality.value}: {figure.reason or NO_REASON}"
            groups.setdefault((bool(figure.labels), said), []).append(figure)
    told = sorted(groups, key=lambda group: len(groups[group]), reverse=True)[:MOST_LINES]
    for group in [group for group in groups if group in told]:
        yield _line(group, groups[group])
    left = [len(groups[group]) for group in groups if group not in told]
    if left:
        yield f"{len(left):,} more reasons, of {sum(left):,} figures in all: report.json has the reason of each figure"


def _line(group: tuple[bool, str], figures: Sequence[Figure]) -> Text:
    is_part, said = group[0], _cut(group[1])
    if is_part:
        when = _when([dict(figure.labels) for figure in figures])
        count = f"{len(figures):,} figure{'s' if len(figures) > 1 else ''}"
        parts = " and ".join(dict.fromkeys(key for figure in figures for key, _ in figure.labels))
        return f"{said}: {when}, {count}" if when else f"{said}: {count} by {parts}"
    whose = list(dict.fromkeys(called(f.tenant) for f in figures if f.tenant is not None))
    if len(whose) > MOST_NAMES:
        wide = " and of all of them" if any(f.tenant is None for f in figures) else ""
        return (f"{said} ({len(figures):,} figures of {len(whose):,} tenants{wide}: ", Name(_few(whose)), ")")
    names = [f"{f.id} of {'all tenants' if f.tenant is None else called(f.tenant)}" for f in figures]
    return (f"{said} (", Name(_few(list(dict.fromkeys(names)))), ")")


def said_by_the_source(notes: Sequence[Note]) -> Iterator[Text]:
    """What the source had to say: the first notes of each kind and metric, and how many more there are."""
    groups: dict[tuple[str, str], list[Note]] = {}
    for note in notes:
        groups.setdefault((note.kind, note.metric), []).append(note)
    for (_, metric), own in groups.items():
        is_long = len(own) > MOST_NAMES
        yield from (Name(_cut(note.text)) for note in (own[:FEW_NAMES] if is_long else own))
        if is_long:
            names = list(dict.fromkeys(called(note.tenant) for note in own[FEW_NAMES:] if note.tenant is not None))
            whose = (", of ", Name(_few(names))) if names else ()
            yield (f"the same of {metric}: {len(own) - FEW_NAMES:,} more notes", *whose, "; report.json has them all")


def resets(report: Report) -> Iterator[Text]:
    """A line for each tenant whose counter began anew: what it cost at least and at most; the largest first of many."""
    told: dict[str, tuple[Figure, str]] = {}
    spans = {"budget.spend.period": f"in the {report.snapshot.period.kind}", "budget.spend.mtd": "in the month to date"}
    if report.snapshot.period.kind not in {"day", "week", "month", "quarter", "year"}:
        spans["budget.spend.period"] = "in the period"
    for figure_id, when in spans.items():
        for figure in report.figures.where(figure_id):
            if figure.resets and figure.tenant is not None and figure.tenant not in told and not figure.labels:
                told[figure.tenant] = figure, when
    largest = sorted(told, key=lambda name: number(told[name][0].value) or 0, reverse=True)[:MOST_LINES]
    for tenant in [tenant for tenant in told if tenant in largest]:
        figure, when = told[tenant]
        count = f"{figure.resets} reset{'s' if figure.resets > 1 else ''} {when}"
        yield (Name(tenant), f": {count}", *_bounded(figure))
    if len(told) > MOST_LINES:
        yield f"{len(told) - MOST_LINES:,} more tenants whose counters began anew: report.json has the resets of each"


def _bounded(figure: Figure) -> tuple[str | Figure, ...]:
    if figure.bounds is None:
        return (", ", figure)
    low, high = figure.bounds
    least, most = (value_text(end, figure.unit) if end is not None else "an amount not known" for end in (low, high))
    if figure.value == low:
        return (", at least ", figure, f", at most {most}")
    return (", ", figure, f", at least {least}, at most {most}")


def _when(labels: Sequence[dict[str, str]]) -> str:
    days = sorted({date.fromisoformat(each["day"]) for each in labels if "day" in each})
    months = sorted({date.fromisoformat(each["month"] + "-01") for each in labels if "month" in each})
    return ", ".join([*map(_run_text, _runs(days)), *map(month_text, months)])


def _runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days that follow each other, as first and last; no run leaves its month."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == timedelta(days=1) and day.month == runs[-1][1].month:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _run_text(run: tuple[date, date]) -> str:
    first, last = run
    if first == last:
        return long_day(first, year=False)
    word = "and" if last - first == timedelta(days=1) else "to"
    return f"{first.day} {word} {last.day} {MONTHS[last.month - 1]}"


def _cut(words: str) -> str:
    return words if len(words) <= MOST_WORDS else f"{words[:MOST_WORDS]} …"


def _few(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more
