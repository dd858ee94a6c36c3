"""The samples that are there of those that should be, by metric and tenant; what all share is told once, on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.checks import SEVERITY, Status
from mcreports.domains.coverage import CHECK, RESTARTED, SILENT
from mcreports.names import called
from mcreports.view.markup import Name
from mcreports.view.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.checks import Verdict
    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.view.tables import Row

MOST_SHARED = 6
MOST_THIN = 12
SHARED = (SILENT, RESTARTED)
COLUMNS = (
    Column("Metric"), Column("Tenants", "name"), Column("Thinnest", "verdict"), Column("Samples"), Column("Missing"),
)  # fmt: skip

Own = dict[str | None, tuple["Figure", "Verdict | None"]]


def coverage_table(report: Report) -> Table:
    """What all tenants share, then each metric as a whole, then the tenants whose samples are thin, thinnest first."""
    metrics = _by_metric(report)
    rows = (*_shared(metrics), *_wholes(metrics), *_thin(metrics))
    return Table("Sample coverage", COLUMNS, rows, empty="Not known: the coverage of no metric was judged.")


def _by_metric(report: Report) -> dict[str, Own]:
    """The figure and the verdict of each tenant (None: all of them), by metric."""
    verdicts = {(_metric(v), v.tenant): v for v in report.verdicts if v.check == CHECK}
    found: dict[str, Own] = {}
    for figure in report.figures.where(CHECK):
        metric = _metric(figure)
        found.setdefault(metric, {})[figure.tenant] = figure, verdicts.get((metric, figure.tenant))
    return found


def _metric(one: Figure | Verdict) -> str:
    return dict(one.labels)["metric"]


def _parts(figure: Figure) -> tuple[str, str]:
    """What was counted, and what is missing."""
    counts, _, missing = figure.reason.partition("; ")
    return counts, missing


def _shared_parts(figure: Figure) -> list[str]:
    return [part for part in _parts(figure)[1].split("; ") if part.startswith(SHARED)]


def _own_parts(figure: Figure) -> list[str]:
    """What of the missing not all tenants lack."""
    return [part for part in _parts(figure)[1].split("; ") if part and not part.startswith(SHARED)]


def _shared(metrics: dict[str, Own]) -> Iterator[Row]:
    """A row for each thing that all tenants went through, with the metrics that tell of it."""
    told: dict[str, list[str]] = {}
    for metric, own in metrics.items():
        if None in own and len(own) > 1:
            for part in _shared_parts(own[None][0]):
                told.setdefault(part, []).append(metric)
    for part, names in list(told.items())[:MOST_SHARED]:
        yield _few(names), None, None, None, part
    if len(told) > MOST_SHARED:
        yield f"{len(told) - MOST_SHARED:,} more of this kind, in report.json", None, None, None, None


def _wholes(metrics: dict[str, Own]) -> Iterator[Row]:
    """A row for each metric: how many tenants are covered, the thinnest verdict, and the samples of all."""
    for metric, own in metrics.items():
        if None not in own:
            continue
        figure, verdict = own[None]
        counts, missing = _parts(figure)
        if len(own) == 1:
            yield metric, ("the platform",), verdict, counts, missing
            continue
        judged = [each for _, each in own.values() if each is not None]
        covered = f"{sum(each.status is Status.PASS for each in judged):,} of {len(judged):,} covered"
        yield metric, (covered,), min(judged, key=_rank, default=None), counts, "; ".join(_own_parts(figure))


def _thin(metrics: dict[str, Own]) -> Iterator[Row]:
    """A row for each group of a metric's tenants that lack the same, and more than all of them do."""
    groups: dict[tuple[str, Status, str], list[tuple[Figure, Verdict]]] = {}
    for metric, own in metrics.items():
        for tenant, (figure, verdict) in own.items():
            if tenant is None or verdict is None:
                continue
            alone = "; ".join(_own_parts(figure))
            if alone or (verdict.status is not Status.PASS and not _shared_parts(figure)):
                groups.setdefault((metric, verdict.status, alone), []).append((figure, verdict))
    for group in groups.values():
        group.sort(key=lambda one: _rank(one[1]))
    ordered = sorted(groups.items(), key=lambda item: _rank(item[1][0][1]))
    for (metric, _, alone), group in ordered[:MOST_THIN]:
        figure, verdict = group[0]
        yield metric, Name(_whose(group)), verdict, _parts(figure)[0], alone
    left = [group for _, group in ordered[MOST_THIN:]]
    if left:
        count = sum(len(group) for group in left)
        yield f"{count:,} more of a tenant and a metric, in report.json", None, None, None, None


def _rank(verdict: Verdict) -> tuple[int, float]:
    """The gravest first, then the thinnest."""
    return -SEVERITY.index(verdict.status), float(verdict.value or 0)


def _whose(group: list[tuple[Figure, Verdict]]) -> str:
    first = group[0][0].tenant or ""
    return first if len(group) == 1 else f"{called(first)} and {len(group) - 1:,} more"


def _few(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
