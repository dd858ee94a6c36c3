"""Rates of success, compensation and grounding, each with its n and the interval that chance allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd

from mcreports.checks import Status
from mcreports.domains import facts
from mcreports.domains.criteria import COMPENSATION, OPERATIONS, SUCCESS, WORDS, shortfall
from mcreports.domains.events import together
from mcreports.domains.facts import Ask
from mcreports.domains.grounding import CHECKS, PASS_RATE
from mcreports.domains.rates import Rate
from mcreports.domains.tally import tally
from mcreports.errors import UsageError
from mcreports.plan import RATES as COUNTERS
from mcreports.rules import Subject, judge
from mcreports.workbench import pulls, result
from mcreports.workbench.asked import PARTS, asked
from mcreports.workbench.commands import command, promql
from mcreports.workbench.cost import chosen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.checks import Verdict
    from mcreports.domains.events import Count
    from mcreports.domains.tally import Tally
    from mcreports.figures import Figure
    from mcreports.period import Period
    from mcreports.snapshot import Snapshot
    from mcreports.workbench.asked import Asked, Span
    from mcreports.workbench.bench import Workbench

# each rate: the counter and the labels of its part, and the counter of its whole
RATES: dict[str, tuple[str, dict[str, str], str]] = {
    SUCCESS: (OPERATIONS, {"status": "success"}, OPERATIONS),
    COMPENSATION: ("autonomy.compensations", {}, OPERATIONS),
    PASS_RATE: (CHECKS, {"result": "pass"}, CHECKS),
}
BY = ("tenant", *PARTS)
STATUSES = pd.CategoricalDtype(["pass", "warn", "fail", "unknown"])


@dataclass(frozen=True)
class Row:
    """A rate of one tenant, or of all, in one part of the time, with what it is a rate of."""

    tenant: str | None
    span: Span
    figure: Figure
    events: Figure
    verdict: Verdict | None


def rates(
    bench: Workbench,
    period: str | Period,
    by: str | Sequence[str] = "tenant",
    tenant: str | None = None,
    *,
    rate: str | None = None,
) -> result.Result:
    """The rates of a period in percent, for each of what ``by`` names; ``rate`` asks for one of them alone."""
    kinds, ids = chosen(by, BY, "a rate"), _ids(rate)
    whose = None if tenant is None else bench.named(tenant)
    about = asked(period, bench.zone)
    snapshot, seen = pulls.pull(bench, COUNTERS, about, whose)
    part = next((kind for kind in kinds if kind in PARTS), None)
    spans = [(seen.start, seen.end)] if part is None else [span for _, span in seen.split(part)]
    tenants: Sequence[str | None] = (whose,) if whose is not None or "tenant" not in kinds else snapshot.tenants
    _foresee(snapshot, [*spans, (seen.start, seen.end)])
    found = {span: _rows(snapshot, ids, tenants, span) for span in spans}
    # by tenant first, as every answer is
    rows = [row for name in tenants for span in spans for row in found[span] if row.tenant == name]
    everybody = snapshot.tenants if whose is None else (whose,)
    whole = _rows(snapshot, ids, (*everybody, whose), (seen.start, seen.end))
    said = _said((about, seen), snapshot, [row for row in whole if row.tenant == whose])
    judged = [(row.verdict, (row.figure, row.events)) for row in whole if row.verdict is not None]
    bench.judged.extend(judged)
    verdicts = tuple(verdict for verdict, _ in judged)
    options = [("period", about.label), *(("by", kind) for kind in kinds), ("tenant", whose), ("rate", rate)]
    figures = bench.remember([one for row in rows for one in (row.figure, row.events)])
    told = replace(said, verdicts=verdicts, command=command(bench, "rates", options), figures=figures)
    return result.result(_columns(rows, kinds, bench.zone), told)


def _said(times: tuple[Asked, Asked], snapshot: Snapshot, whole: Sequence[Row]) -> result.Said:
    """What is to be said of the rates of all that was asked about together."""
    (about, seen), ids = times, [row.figure.id for row in whole]
    whose = whole[0].tenant
    used = dict.fromkeys(key for figure_id in ids for key in (RATES[figure_id][0], RATES[figure_id][2]))
    reached = [at for at in (snapshot.reach(key)[1] for key in used) if at is not None]
    counts = {row.events.id: row.events.value for row in whole}
    return result.Said(
        f"Rates of {about.label}", about, snapshot.state, min([*reached, seen.end]) if reached else None,
        sum(count for count in counts.values() if isinstance(count, int)), "events",
        tuple(promql(snapshot.metrics[key], seen, whose) for key in used), "",
    )  # fmt: skip


def _ids(rate: str | None) -> tuple[str, ...]:
    if rate is not None and rate not in RATES:
        msg = f"there is no rate {rate!r}; there are {', '.join(RATES)}"
        raise UsageError(msg)
    return tuple(RATES) if rate is None else (rate,)


def _foresee(snapshot: Snapshot, spans: Sequence[Span]) -> None:
    """Read every counter once for all windows."""
    for key in COUNTERS:
        snapshot.memo.update(facts.sweep(snapshot, key, [Ask("counts", key, *span) for span in dict.fromkeys(spans)]))


def _rows(snapshot: Snapshot, ids: Sequence[str], tenants: Sequence[str | None], span: Span) -> list[Row]:
    """Each rate of each tenant in one window, judged as its report judges it; of the platform, not judged."""
    found = []
    for tenant, figure_id in product(dict.fromkeys(tenants), ids):
        part_key, labels, whole_key = RATES[figure_id]
        part, whole, noun = tally(snapshot, part_key, *span), tally(snapshot, whole_key, *span), whole_key.split(".")[1]
        rate = Rate(_count(snapshot, part, tenant, labels), _count(snapshot, whole, tenant, {}), noun)
        own, every = part.source(tenant, **labels), whole.source(tenant)
        figure = rate.figure(figure_id, tenant, replace(own, query=f"{own.query} ; {every.query}"))
        events = rate.whole.figure(whole_key, tenant, noun, every)
        found.append(Row(tenant, span, figure, events, _verdict(snapshot, figure, rate)))
    return found


def _count(snapshot: Snapshot, counted: Tally, tenant: str | None, labels: dict[str, str]) -> Count:
    if tenant is not None:
        return counted.of(tenant, **labels)
    return together({name: counted.of(name, **labels) for name in snapshot.tenants})


def _verdict(snapshot: Snapshot, figure: Figure, rate: Rate) -> Verdict | None:
    if figure.tenant is None and figure.id in WORDS:
        return None  # autonomy is each tenant's own
    rule, whole = snapshot.rule(figure.id, figure.tenant), RATES[figure.id][2]
    subject = Subject(figure.tenant, (figure.id, whole), rate.whole.count)
    verdict = judge(figure.id, rule, rate.percent, subject, rate.doubt)
    if verdict.status is Status.PASS and figure.id in WORDS:
        return replace(verdict, reason=shortfall(figure.id, rate, rule))
    return verdict


def _columns(rows: Sequence[Row], kinds: Sequence[str], zone: str) -> dict[str, object]:
    figures = [row.figure for row in rows]
    columns: dict[str, object] = {}
    for kind in kinds:
        is_name = kind == "tenant"
        spans = [row.span[0] for row in rows]
        columns[kind] = result.names([row.tenant for row in rows]) if is_name else result.instants(spans, zone)
    columns["rate"] = pd.Categorical([figure.id for figure in figures], categories=list(RATES))
    columns |= result.figure_columns(figures, "percent", "Float64")
    columns["n"] = result.column([row.events.value for row in rows], dtype="Int64")
    columns["verdict"] = pd.Categorical(
        [None if row.verdict is None else row.verdict.status.value for row in rows], dtype=STATUSES
    )
    return columns
