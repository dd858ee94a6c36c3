"""What stands out in a period, and saying that one knows of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from getpass import getuser
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from mcreports.checks import Status, Verdict
from mcreports.domains.anomalies.acknowledge import Word, acknowledge
from mcreports.domains.anomalies.figures import Told, counts, told
from mcreports.domains.anomalies.find import find
from mcreports.domains.anomalies.look import named, order_of
from mcreports.domains.anomalies.words import why
from mcreports.evidence.acknowledgements import read_acknowledgements
from mcreports.figures import Quality
from mcreports.plan import MONEY, RATES
from mcreports.reports.record import data_through
from mcreports.view.closing import sentence_text
from mcreports.view.markup import visible
from mcreports.workbench import pulls, result
from mcreports.workbench.asked import asked
from mcreports.workbench.commands import command, promql

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from mcreports.domains.anomalies.find import Findings
    from mcreports.figures import Figure
    from mcreports.period import Period
    from mcreports.snapshot import Snapshot
    from mcreports.workbench.bench import Workbench

SEVERITIES = pd.CategoricalDtype(["low", "medium", "high"], ordered=True)
SHOWN = ("id", "tenant", "severity", "start", "value", "why")
KNOWN = ("note", "by")


class Anomalies(result.Result):
    """Anomalies, a row each, the gravest first; ``acknowledge`` says that one knows of one of them."""

    _metadata: ClassVar[list[str]] = ["said", "keep"]
    keep: Callable[[str, Word], Path] | None = None

    @property
    def _constructor(self) -> Callable[..., Anomalies]:
        return Anomalies

    def acknowledge(self, name: str, note: str, by: str | None = None, until: datetime | None = None) -> Path:
        """Keep a note on an anomaly where the settings say, which the next report carries; the file that it is now.

        ``by`` is who knows of it, else your user's name; ``until`` when the same may stand out again.
        """
        if self.keep is None:
            msg = "these rows do not know where they came from; ask for the anomalies anew"
            raise TypeError(msg)
        return self.keep(name, Word(note, by or getuser(), until))


def anomalies(bench: Workbench, period: str | Period | None, tenant: str | None) -> Anomalies:
    """All that stands out in spend and rates in a period; those that somebody knows of, too, with the note."""
    whose = None if tenant is None else bench.named(tenant)
    snapshot = pulls.taken(bench, period, order_of)
    found = find(snapshot)
    own = [told(snapshot, one) for one in found.anomalies if whose in {None, one.tenant}]
    count, shown = _count(snapshot, found, whose), SHOWN + (KNOWN if any(each.anomaly.known for each in own) else ())
    about, metrics = asked(snapshot.period, bench.zone), snapshot.metrics
    figures = bench.remember([*(figure for each in own for figure in each.every()), count])
    said = result.Said(
        f"Anomalies of {about.label}", about, snapshot.state, data_through(snapshot),
        sum(sight.judged for sight in found.sights if whose in {None, sight.tenant}), "hours judged",
        tuple(promql(metrics[key], about, whose) for key in (*MONEY, *RATES)),
        command(bench, "anomalies list", [("period", about.label), ("tenant", whose)]),
        (_verdict(count),), figures, count, tuple(filter(None, [count.reason])), shown=shown,
    )  # fmt: skip
    made = Anomalies(_columns(own, bench.zone))
    made.said = result.of_shape(made, said)
    made.keep = lambda name, word: _keep(bench, snapshot, name, word)
    return made


def _keep(bench: Workbench, snapshot: Snapshot, name: str, word: Word) -> Path:
    folder, at = bench.settings.anomalies.acknowledgements, bench.clock()
    file = acknowledge(folder, named(find(snapshot), name), word, at)
    if bench.opened is None:
        # what is asked from now on is as the next report has it; a published run stays as it was
        table, _ = read_acknowledgements(folder, at)
        for label, seen in bench.snapshots.items():
            bench.snapshots[label] = replace(seen, evidence={**seen.evidence, **table})
    return file


def _count(snapshot: Snapshot, found: Findings, tenant: str | None) -> Figure:
    """How many there are that nobody knows of; of a tenant that the report does not know, nobody can tell."""
    every = {figure.tenant: figure for figure in counts(snapshot, found)}
    blank = replace(every[None], tenant=tenant, value=None, quality=Quality.UNKNOWN, reason="it was not there")
    return every.get(tenant, blank)


def _verdict(count: Figure) -> Verdict:
    """Whether nothing stands out that nobody knows of: proven only where all could be judged."""
    number = count.value if isinstance(count.value, int) else None
    if number:
        status, reason = Status.WARN, ""
    else:
        doubt = number is None or count.quality is not Quality.ACTUAL
        status, reason = (Status.UNKNOWN, count.reason or "no history to judge by") if doubt else (Status.PASS, "")
    value = None if number is None else str(number)
    return Verdict("Anomalies", count.tenant, status, value, "0", "<=", "anomalies", reason, (count.id,), number)


def _columns(own: Sequence[Told], zone: str) -> dict[str, Any]:
    every = [each.anomaly for each in own]
    known = [one.known for one in every]
    usual = [each.usual.bounds or (None, None) for each in own]
    return {
        "id": result.column([one.id for one in every], dtype="str"),
        "tenant": result.names([one.tenant for one in every]),
        "what": result.names([one.what for one in every]),
        "driver": result.names([one.main for one in every]),
        "side": result.names([one.side for one in every]),
        "severity": pd.Categorical([one.severity for one in every], dtype=SEVERITIES),
        "start": result.instants([one.start for one in every], zone),
        "end": result.instants([one.end for one in every], zone),
        "usd": result.column(
            [one.excess if isinstance(one.excess, Decimal) else None for one in every], dtype=result.USD
        ),
        "events": result.column([None if one.is_cost else float(one.excess) for one in every], dtype="Float64"),
        "low": result.column([None if low is None else float(low) for low, _ in usual], dtype="Float64"),
        "high": result.column([None if high is None else float(high) for _, high in usual], dtype="Float64"),
        "score": result.column([one.score for one in every], dtype="Float64"),
        "why": result.column([visible(sentence_text(why(each))) for each in own], dtype="str"),
        "note": result.column([None if one is None else visible(one.note) for one in known], dtype="str"),
        "by": result.column([None if one is None else visible(one.by) for one in known], dtype="str"),
        result.KEY: result.column([visible(each.excess.key) for each in own], dtype="str"),
    }
