"""Where the month is heading, as the report of the day says it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from mcreports.reports.record import data_through
from mcreports.view.markup import visible
from mcreports.workbench import pulls, result
from mcreports.workbench.asked import asked
from mcreports.workbench.commands import command, promql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.figures import Figure
    from mcreports.period import Period
    from mcreports.workbench.bench import Workbench

AHEAD = ("budget.spend.mtd", "budget.limit.monthly", "budget.forecast", "budget.variance.month", "budget.exhaustion")
COST = "budget.cost"
KEPT = ("quality", "samples", "reason", result.KEY)
SHOWN = ("what", "value", "low", "high", "quality")


def forecast(bench: Workbench, tenant: str | None, period: str | Period | None) -> result.Result:
    """The month's spend so far, its end with the interval, the budget, when it is used up, and the past error."""
    whose = None if tenant is None else bench.named(tenant)
    report = pulls.report(bench, period)
    snapshot = report.snapshot
    own = [
        one
        for one in report.figures
        if one.tenant == whose and one.id.startswith(AHEAD) and "driver" not in dict(one.labels)
    ]
    about = asked(snapshot.period, bench.zone)
    verb = "budget" if snapshot.report == "daily" else f"report {snapshot.report}"
    head = [one for one in own if one.id == "budget.forecast.month_end"]
    said = result.Said(
        f"Forecast as of {snapshot.period}", about, snapshot.state, data_through(snapshot),
        sum(one.samples for one in head), "samples", (promql(snapshot.metrics[COST], about, whose),),
        command(bench, verb, [("period", about.label), ("tenant", whose)]),
        tuple(v for v in report.verdicts if v.check == "budget.forecast" and whose in {None, v.tenant}),
        bench.remember(own), head[0] if head else None,
        shown=("what", "labels", "value", "low", "high", "quality") if any(one.labels for one in own) else SHOWN,
    )  # fmt: skip
    return result.result(mixed_columns(own), said)


def mixed_columns(figures: Sequence[Figure]) -> dict[str, object]:
    """The columns of figures of several units: money, other numbers, and text such as a date, each in its own."""
    values = [figure.value for figure in figures]
    money = [value if isinstance(value, Decimal) else None for value in values]
    numbers = [float(value) if isinstance(value, int | float) else None for value in values]
    texts = [value if isinstance(value, str) else None for value in values]
    ends = [
        [None if bound is None or isinstance(bound, str) else float(bound) for bound in figure.bounds or (None, None)]
        for figure in figures
    ]
    return {
        "what": result.names([figure.id for figure in figures]),
        "labels": result.column(
            [visible(", ".join(f"{k} {v}" for k, v in one.labels)) for one in figures], dtype="str"
        ),
        "usd": result.column(money, dtype=result.USD),
        "number": result.column(numbers, dtype="Float64"),
        "text": result.column(texts, dtype="str"),
        "unit": result.names([figure.unit for figure in figures]),
        "low": result.column([low for low, _ in ends], dtype="Float64"),
        "high": result.column([high for _, high in ends], dtype="Float64"),
        **{name: made for name, made in result.figure_columns(figures, "value", "object").items() if name in KEPT},
    }
