"""The runbook's checks: the latest result of each, its age, and why it does not pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.domains.operations import AGE, CHECKED, VERDICTS
from mcreports.view.markup import Name, Trusted, word_html
from mcreports.view.tables import Column, Table
from mcreports.view.words import check_name

if TYPE_CHECKING:
    from mcreports.checks import Verdict
    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.view.tables import Row

COLUMNS = (
    Column("Check"), Column("Result", "verdict"), Column("Proven", "number"), Column("Checked"),
    Column("Age", "number"), Column("Because"),
)  # fmt: skip


def operations_table(report: Report) -> Table:
    """A row for each result that this report carries; none in a report of single tenants."""
    found = {dict(figure.labels)["check"]: figure for figure in report.figures.where(AGE)}
    verdicts = {verdict.check: verdict for verdict in report.verdicts}
    rows = tuple(_row(report, verdicts[VERDICTS[check]], age) for check, age in found.items())
    return Table("Operations", COLUMNS, rows, empty="A report of single tenants carries no checks of the whole.")


def _row(report: Report, verdict: Verdict, age: Figure) -> Row:
    name = check_name(verdict.check)
    return (
        name if verdict.tenant is None else (f"{name}, ", Name(verdict.tenant)),
        Trusted(word_html(verdict)),
        "" if verdict.value is None else f"{verdict.value} of {verdict.target}",
        report.figures.find(CHECKED, check=dict(age.labels)["check"]),
        age,
        Name(verdict.reason) if verdict.reason else "",
    )
