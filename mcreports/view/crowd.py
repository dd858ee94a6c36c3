"""A crowd of tenants: which of them a page names one by one, and what all the others are together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.checks import Status
from mcreports.domains.derive import number, share
from mcreports.figures import Figure, Quality

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mcreports.domains.compose import Report

MOST = 24  # so many tenants are all named; of more the page names FEW
FEW = 15
COLUMNS = 6  # tenants that stand side by side
OTHERS = "others"
URGENT = (Status.FAIL, Status.WARN, Status.UNKNOWN)
SPENT = ("budget.spend.mtd", "budget.spend.period")
BUDGET_CHECKS = ("budget.utilization.daily", "budget.utilization.monthly", "budget.burn_rate", "budget.forecast")
CRITERIA = (
    "autonomy.success_rate", "autonomy.compensation_rate",
    "autonomy.policy_violations", "autonomy.residency_violations",
)  # fmt: skip
GROUNDING = ("grounding.pass_rate",)
PLATFORM = ("platform.replication_lag_p95", "platform.graphql_p95")
SHARES = {
    "budget.variance.mtd_percent": ("budget.variance.mtd", "budget.limit.to_date"),
    "budget.variance.month_percent": ("budget.variance.month", "budget.limit.monthly"),
    "budget.change.mtd_percent": ("budget.change.mtd", "budget.spend.previous_mtd"),
    "budget.change.period_percent": ("budget.change.period", "budget.spend.previous"),
}
MONEY = (
    "budget.spend.mtd", "budget.spend.previous_mtd", "budget.limit.to_date", "budget.variance.mtd",
    "budget.forecast.month_end", "budget.limit.monthly", "budget.variance.month", "budget.change.mtd",
    "budget.spend.period", "budget.spend.previous", "budget.change.period", "budget.opening_unattributed",
    *SHARES,
)  # fmt: skip
COUNTS = {"autonomy.operations": CRITERIA, "grounding.checks": GROUNDING, "platform.policy_denies": PLATFORM}


@dataclass(frozen=True)
class Crowd:
    """The tenants that are named one by one, and those that stand together in one line."""

    shown: tuple[str, ...]
    others: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many tenants there are."""
        return len(self.shown) + len(self.others)


def crowd(report: Report, names: Sequence[str], checks: Iterable[str] = (), few: int = FEW) -> Crowd:
    """The tenants as they are; of very many the few whose checks do not pass, the gravest first, then the spenders."""
    if len(names) <= MOST:
        return Crowd(tuple(names))
    ranks = {
        (verdict.tenant, verdict.status)
        for verdict in report.verdicts
        if verdict.check in checks and verdict.status in URGENT
    }

    def place(name: str) -> tuple[int, Fraction, str]:
        rank = next((at for at, status in enumerate(URGENT) if (name, status) in ranks), len(URGENT))
        return rank, -_spent(report, name), name

    first = tuple(sorted(names, key=place)[:few])
    named = set(first)
    return Crowd(first, tuple(name for name in names if name not in named))


def spenders(report: Report) -> list[str]:
    """The tenants that the report has costs of, also those that nobody expected."""
    return [f.tenant for f in report.figures.where("budget.spend.period") if f.tenant is not None and not f.labels]


def rest(report: Report, figure_id: str, among: Crowd, **labels: str) -> Figure:
    """The others' figure: what the shown ones leave of the whole, so that the column adds up to the cent."""
    if figure_id in SHARES:
        part, whole = (rest(report, each, among, **labels) for each in SHARES[figure_id])
        return share(figure_id, part, whole)
    whole = report.figures.find(figure_id, None, None, **labels)
    shown, others = (
        [report.figures.find(figure_id, name, None, **labels) for name in names]
        for names in (among.shown, among.others)
    )
    blank = replace(
        whole, value=None, quality=Quality.UNKNOWN, bounds=None, coverage=None, samples=0, resets=0,
        labels=tuple(sorted({**labels, "tenants": OTHERS}.items())),
    )  # fmt: skip
    left = _less(whole, shown)
    if left is not None:
        return replace(
            blank, value=left, quality=_quality([whole, *shown]), method=f"the total less {len(shown)} tenants",
            reason=whole.reason or _reason(shown),
        )  # fmt: skip
    value = _sum(others)
    if value is not None:
        known = _quality(others)
        reason = "" if known is Quality.ACTUAL else _reason(others)
        return replace(blank, value=value, quality=known, method=f"the sum of {len(others)} tenants", reason=reason)
    missing = sum(figure.value is None for figure in others)
    return replace(blank, method="sum", reason=f"{missing} of {len(others)} tenants are without a value")


def rests(report: Report) -> Iterator[Figure]:
    """Every figure of others that a page of this report shows; none where no table leaves a tenant out."""
    months = months_of(report)
    # a report by month has its tenants side by side, and nothing of them against a budget
    among = crowd(report, spenders(report), () if months else BUDGET_CHECKS, COLUMNS if months else FEW)
    if among.others:
        drivers = _labelled(report, "budget.spend.period", "driver")
        yield from (rest(report, each, among) for each in MONEY if _has(report, each))
        yield from (rest(report, "budget.spend.period", among, driver=driver) for driver in drivers)
        yield from (rest(report, "budget.spend.month", among, month=month) for month in months)
    for figure_id, checks in COUNTS.items():
        own = crowd(report, report.snapshot.tenants, checks)
        if own.others and _has(report, figure_id):
            yield rest(report, figure_id, own)


def months_of(report: Report) -> list[str]:
    """The months of a report that goes by month."""
    return _labelled(report, "budget.spend.month", "month")


def _has(report: Report, figure_id: str) -> bool:
    return any(not figure.labels for figure in report.figures.of(figure_id, None))


def _labelled(report: Report, figure_id: str, label: str) -> list[str]:
    own = (dict(figure.labels) for figure in report.figures.of(figure_id, None))
    return list(dict.fromkeys(labels[label] for labels in own if label in labels))


def _spent(report: Report, name: str) -> Fraction:
    every = (figure for figure_id in SPENT for figure in report.figures.of(figure_id, name) if not figure.labels)
    return next((value for figure in every if (value := number(figure.value)) is not None), Fraction(-1))


def _less(whole: Figure, shown: Sequence[Figure]) -> Decimal | int | None:
    parts = _sum(shown)
    if parts is None or not isinstance(whole.value, Decimal | int):
        return None
    return whole.value - parts


def _sum(figures: Sequence[Figure]) -> Decimal | int | None:
    """The exact sum of money or of counts; None where one of them is unknown or no such thing."""
    values = [figure.value for figure in figures if isinstance(figure.value, Decimal | int)]
    return sum(values) if values and len(values) == len(figures) else None


def _quality(figures: Iterable[Figure]) -> Quality:
    every = {figure.quality for figure in figures}
    return Quality.ACTUAL if every == {Quality.ACTUAL} else Quality.ESTIMATED


def _reason(figures: Iterable[Figure]) -> str:
    return next((figure.reason for figure in figures if figure.quality is not Quality.ACTUAL and figure.reason), "")
