"""The last screen: what adds up, what is estimated or unknown and why, and the closing figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.book.crowds import few_verdicts
from mcreports.book.doubts import doubts, resets, said_by_the_source
from mcreports.view.closing import MIME, pack
from mcreports.view.page import Notes, SignOff
from mcreports.view.tables import Table, reconciliation_table

if TYPE_CHECKING:
    from mcreports.domains.compose import Report


def sums(report: Report) -> Table:
    """The same money by other ways."""
    return reconciliation_table("What adds up", report.reconciliation)


def other_checks(report: Report) -> Table:
    """Every verdict that no table above shows."""
    shown = {"tenants.expected"}
    verdicts = [v for v in report.verdicts if v.check in shown]
    return few_verdicts("Other checks", verdicts, empty="Every tenant with costs is configured.")


def notes(report: Report) -> Notes:
    """What is estimated or unknown, each reason once, the resets, and what the source had to say."""
    found = (*doubts(report), *resets(report))
    return Notes((*found, *said_by_the_source(report.snapshot.notes)))


def sign_off() -> SignOff:
    """Lines for those who prepare, review and approve."""
    return SignOff()


@dataclass(frozen=True)
class Closing:
    """The closing cell's result: for the runner the whole report, packed, for a reader one line."""

    report: Report

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        count = len(self.report.figures.every)
        return {
            MIME: pack(self.report),
            "text/plain": f"{count} figures, {len(self.report.verdicts)} verdicts handed over",
        }


def close(report: Report) -> Closing:
    """Hand figures, verdicts and reconciliations to the runner: the notebook's last cell."""
    return Closing(report)
