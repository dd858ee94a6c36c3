"""The last screen: what adds up, what is estimated or unknown and why, and the closing figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.book.doubts import doubts, resets
from mcreports.checks import SEVERITY, Status
from mcreports.view.closing import MIME, closing
from mcreports.view.markup import Name
from mcreports.view.page import Notes, SignOff
from mcreports.view.tables import Column, Table, reconciliation_table, verdict_table

if TYPE_CHECKING:
    from mcreports.checks import Verdict
    from mcreports.domains.compose import Report


def sums(report: Report) -> Table:
    """The same money by other ways."""
    return reconciliation_table("What adds up", report.reconciliation)


def coverage_table(report: Report) -> Table:
    """Where samples are missing, a line per metric: its thinnest tenant, how many are thin, and the gaps."""
    thin = [v for v in report.verdicts if v.check == "data.coverage" and v.status is not Status.PASS]
    thin.sort(key=lambda v: (-SEVERITY.index(v.status), float(v.value or 0)))
    metrics: dict[str, list[Verdict]] = {}
    for verdict in thin:
        metrics.setdefault(dict(verdict.labels)["metric"], []).append(verdict)
    columns = (Column("Metric"), Column("Thinnest", "verdict"), Column("Tenant", "name"), Column("Why"))
    rows = tuple((metric, own[0], Name(_whose(own)), own[0].reason) for metric, own in metrics.items())
    return Table("Sample coverage", columns, rows, empty="Every metric of every tenant is covered.")


def _whose(verdicts: list[Verdict]) -> str:
    first = verdicts[0].tenant or "the platform"
    return first if len(verdicts) == 1 else f"{first} and {len(verdicts) - 1} more"


def other_checks(report: Report) -> Table:
    """Every verdict that no table above shows."""
    shown = {"tenants.expected"}
    return verdict_table(
        "Other checks", [v for v in report.verdicts if v.check in shown], empty="Every tenant with costs is configured."
    )


def notes(report: Report) -> Notes:
    """What is estimated or unknown, each reason once, the resets, and what the source had to say."""
    found = (*doubts(report), *resets(report))
    return Notes((*found, *(Name(note.text) for note in report.snapshot.notes)))


def sign_off() -> SignOff:
    """Lines for those who prepare, review and approve."""
    return SignOff()


@dataclass(frozen=True)
class Closing:
    """The closing cell's result: for the runner the whole report as JSON, for a reader one line."""

    report: Report

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        count = len(self.report.figures.every)
        return {
            MIME: closing(self.report),
            "text/plain": f"{count} figures, {len(self.report.verdicts)} verdicts handed over",
        }


def close(report: Report) -> Closing:
    """Hand figures, verdicts and reconciliations to the runner: the notebook's last cell."""
    return Closing(report)
