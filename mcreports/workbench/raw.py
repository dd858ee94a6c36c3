"""The raw samples of a metric, as they were scraped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mcreports.domains.coverage import judge_sights, sights
from mcreports.workbench import pulls, result
from mcreports.workbench.asked import asked
from mcreports.workbench.commands import command, promql

if TYPE_CHECKING:
    from mcreports.period import Period
    from mcreports.workbench.bench import Workbench


def raw(bench: Workbench, metric: str, period: str | Period, tenant: str | None = None) -> result.Result:
    """Every sample with start <= ts < end: the metric's labels, ``ts`` in UTC, ``value``."""
    key = bench.metric(metric).key
    whose = None if tenant is None or "tenant" not in bench.metric(key).labels else bench.named(tenant)
    about = asked(period, bench.zone)
    snapshot, seen = pulls.pull(bench, (key,), about, whose)
    table = snapshot.table(key) if whose is None else snapshot.lot(key, whose)
    inside = table[(table["ts"] >= seen.start) & (table["ts"] < seen.end)].reset_index(drop=True)
    for label in snapshot.metrics[key].labels:
        used = inside[label].cat.remove_unused_categories()
        inside[label] = used.cat.rename_categories(pd.Index(list(used.cat.categories), dtype="object"))
    known = judge_sights(snapshot, key, sights(snapshot, key, seen.start, seen.end), (seen.start, seen.end))
    last = inside["ts"].max().to_pydatetime() if len(inside) else None
    options = [("metric", key), ("period", about.label), ("tenant", whose)]
    said = result.Said(
        f"Samples of {snapshot.metrics[key].name}, {about.label}", about, snapshot.state, last, len(inside), "samples",
        (promql(snapshot.metrics[key], seen, whose),), command(bench, "raw", options),
        tuple(v for v in known.verdicts if whose in {None, v.tenant}),
        bench.remember([figure for figure in known.figures if figure.tenant == whose]),
    )  # fmt: skip
    return result.result({name: inside[name] for name in inside.columns}, said)
