"""The runbook's checks: the latest result of each, its age, and why it does not pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.domains.operations import AGE, VERDICTS
from mcreports.view.markup import Name, Trusted, word_html
from mcreports.view.tables import Column, Table
from mcreports.view.words import check_name

if TYPE_CHECKING:
    from mcreports.domains.compose import Report

COLUMNS = (
    Column("Check"), Column("Result", "verdict"), Column("Proven", "number"), Column("Age", "number"),
    Column("Because"),
)  # fmt: skip


def operations_table(report: Report) -> Table:
    """A row for each result that this report carries; none in a report of single tenants."""
    ages = {dict(figure.labels)["check"]: figure for figure in report.figures.where(AGE)}
    verdicts = {verdict.check: verdict for verdict in report.verdicts}
    rows = []
    for check, age in ages.items():
        verdict = verdicts[VERDICTS[check]]
        share = "" if verdict.value is None else f"{verdict.value} of {verdict.target}"
        because = Name(verdict.reason) if verdict.reason else ""
        rows.append((check_name(verdict.check), Trusted(word_html(verdict)), share, age, because))
    return Table("Operations", COLUMNS, tuple(rows), empty="A report of single tenants carries no checks of the whole.")
