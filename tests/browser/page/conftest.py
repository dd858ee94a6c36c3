"""A page of invented but likely figures, as large as a real one."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from mcreports.checks import Reconciliation, Status, Verdict
from mcreports.figures import Figure, Quality
from mcreports.reports.page_head import PageHead
from mcreports.reports.render import render
from mcreports.rules import RULES, Subject, judge
from mcreports.view.charts import Bars, Bridge, Lines, Series, Sparkline
from mcreports.view.format import Shape
from mcreports.view.markup import Judged, Name, Strong
from mcreports.view.page import Band, Card, Cards, Heading, Notes, SignOff
from mcreports.view.tables import Column, Table, reconciliation_table, verdict_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WINDOW = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
DAYS = tuple(date(2026, 11, 1) + timedelta(days=day) for day in range(30))
SIGNED = Shape("amount", sign=True)
SPENT = 10693.9
BUDGET = 11383.3


def figure(figure_id: str, value: Any, unit: str = "%", tenant: str | None = None, **more: Any) -> Figure:
    query = "mc_tenant_cost_total_usd" + (f'{{tenant="{tenant}"}}' if tenant else "")
    known = {"window": WINDOW, "coverage": 0.9993, "samples": 31680, "query": query, "method": "counter.curve"}
    return Figure(id=figure_id, tenant=tenant, value=value, unit=unit, **{**known, **more})


def usd(figure_id: str, amount: float, tenant: str | None = None, **more: Any) -> Figure:
    return figure(figure_id, Decimal(round(amount * 100)).scaleb(-2), "USD", tenant, **more)


def verdict(check: str, value: Any, tenant: str | None = None) -> Verdict:
    return judge(check, RULES[check], value, Subject(tenant, n=18204))


def numbers(group: str, *heads: str) -> tuple[Column, ...]:
    return tuple(Column(head, "number", group, SIGNED if "Var" in head else Shape("amount")) for head in heads)


@dataclass
class Invented:
    """A month that is not over: tenants, their owners, and the drivers of their spend."""

    names: tuple[str, ...]
    owners: dict[str, str] = field(default_factory=dict)
    drivers: tuple[str, ...] = ("compute", "storage", "network")

    def tenants(self) -> Table:
        columns = (
            Column("Tenant", "name"),
            *numbers("Month to date", "Actual", "Budget", "Var", "Var %"),
            *numbers("Full month", "Forecast", "Budget", "Var", "Var %"),
            *numbers("", "vs Oct"),
            Column("30 days", "spark"),
        )
        rows = [self._tenant(tenant, position) for position, tenant in enumerate(self.names)]
        total = (Name("Total"), *rows[0][1:7], usd("total", -19031.4), *rows[0][8:10], None)
        return Table("All tenants", columns, tuple(rows), total)

    def _tenant(self, tenant: str, position: int) -> tuple[Any, ...]:
        dice = random.Random(position)
        budget, share = dice.uniform(3000, 30000), dice.uniform(0.6, 1.2)
        gap: dict[str, Any] = {"quality": Quality.ESTIMATED, "reason": "a gap"} if position == 3 else {}
        born: dict[str, Any] = {"quality": Quality.UNKNOWN, "reason": "born in November"}
        return (
            Name(tenant),
            usd("budget.spend.mtd", budget * share, tenant, **gap),
            usd("budget.limit.to_date", budget, tenant),
            usd("budget.variance.mtd", budget * (share - 1), tenant),
            figure("budget.variance.mtd_percent", 100 * (share - 1), tenant=tenant),
            usd("budget.forecast.month_end", budget * share * 1.36, tenant),
            usd("budget.limit.monthly", budget * 1.36, tenant),
            Judged(
                usd("budget.variance.month", budget * (share - 1) * 1.36, tenant),
                verdict("budget.utilization.monthly", Fraction(round(100 * share)), tenant),
            ),
            figure("budget.variance.month_percent", 100 * (share - 1), tenant=tenant),
            figure("budget.change", None, tenant=tenant, **born)
            if position == 5
            else figure("budget.change", dice.uniform(-3, 9), tenant=tenant),
            Sparkline(tuple(dice.uniform(300, 500) + 8 * day for day in range(30)), tenant),
        )

    def needs_action(self) -> Table:
        columns = (
            Column("Tenant", "name"),
            Column("Verdict", "verdict"),
            *numbers("", "Forecast", "Budget", "Var, USD", "Var, %"),
            Column("Main driver"),
            Column("Since"),
            Column("Owner", "name"),
        )
        rows = tuple(
            (
                Name(tenant),
                verdict("budget.forecast", Fraction(529, 10 + position * 40), tenant),
                usd("budget.forecast.month_end", 11311.4, tenant),
                usd("budget.limit.monthly", 7400, tenant),
                usd("budget.variance.month", 3911.4, tenant),
                figure("budget.variance.month_percent", 52.9, tenant=tenant),
                (Name(self.drivers[0]), " ", usd("budget.change", 3247, tenant)),
                "14 Nov 2026",
                Name(self.owners.get(tenant, "team-04")),
            )
            for position, tenant in enumerate(self.names[:3])
        )
        return Table("Needs action", columns, rows, empty="Nothing needs action.")

    def curve(self) -> Lines:
        spent = tuple(
            usd("budget.spend.cumulative", SPENT * (day + 1), labels=(("day", str(DAYS[day])),)) for day in range(22)
        )
        ahead = [SPENT * (22 + day) for day in range(9)]
        low, high = (tuple(v * (1 + sign * 0.006 * day) for day, v in enumerate(ahead)) for sign in (-1, 1))
        series = (
            Series("Actual", "actual", DAYS[:22], spent),
            Series("Budget", "budget", DAYS, tuple(BUDGET * (day + 1) for day in range(30))),
            Series("Forecast", "forecast", DAYS[21:], tuple(ahead), low, high),
        )
        said = "Cumulative spend, USD, November 2026; actual solid, forecast dotted, budget dashed"
        return Lines("Spend stays under budget", said, series, half=True)

    def days(self) -> Bars:
        layers = []
        for position, driver in enumerate(self.drivers):
            dice = random.Random(position)
            spent: list[Figure | None] = [
                usd("spend", dice.uniform(900, 1300) * (4 - position), labels=(("day", str(day)), ("driver", driver)))
                for day in DAYS[:22]
            ]
            spent[8] = usd(
                "spend.guessed", 1000 * (4 - position), quality=Quality.ESTIMATED, labels=(("driver", driver),)
            )
            spent[9] = None
            layers.append(Series(driver, ("compute", "storage", "network")[position], DAYS[:22], tuple(spent)))
        limit = Series("Budget", "budget", DAYS[:22], (BUDGET,) * 22)
        return Bars("Every day stays under its limit", "Spend by day and driver, USD", tuple(layers), limit=limit)

    def bridge(self) -> Bridge:
        steps = tuple(
            (driver, usd("budget.change", amount, labels=(("driver", driver),)))
            for driver, amount in zip(self.drivers, (2308.11, 403.4, -623.25), strict=True)
        )
        said = "1 to 22 November minus 1 to 22 October, USD, by driver"
        total = ("Total change", usd("budget.change", 2088.26))
        return Bridge("Compute explains most of the growth", said, steps, total, half=True)

    def rates(self) -> Table:
        values = {
            "autonomy.success_rate": Fraction(9986, 100),
            "autonomy.compensation_rate": Fraction(21, 100),
            "autonomy.policy_violations": 2,
            "grounding.pass_rate": Fraction(946, 10),
            "platform.graphql_p95": 251,
            "platform.replication_lag_p95": None,
        }
        verdicts = [verdict(check, value, self.names[0]) for check, value in values.items()]
        return verdict_table("Autonomy, grounding, platform", verdicts)

    def front(self) -> tuple[Band, Cards]:
        ahead = usd("budget.forecast.month_end", 322469.02)
        sentences = (
            ("November is forecast at ", Strong(ahead), ", ", usd("variance", -19031), " against its budget."),
            (Name(self.names[0]), " is over by ", usd("over", 3911.4), ", driven by ", Name(self.drivers[0]), "."),
            "Decision needed: approve or cap it by 25 November.",
        )
        cards = (
            Card("Month to date", usd("budget.spend.mtd", 235265.2), (Strong("under"), " the budget to date")),
            Card("Forecast, month end", ahead, "under the budget"),
            Card("Yesterday", usd("budget.spend.period", 10012.7), "less than the mean of 7 days"),
            Card("Autonomy", figure("a", 99.93), "", verdict("autonomy.success_rate", Fraction(9993, 100))),
            Card("RAG grounding", figure("g", 94.6), "", verdict("grounding.pass_rate", Fraction(946, 10))),
        )
        return Band(Status.WARN, "the total is within its budget, 5 tenants are over", sentences), Cards(cards)

    def parts(self) -> list[Any]:
        agree = Reconciliation("tenants sum to the total", "0.00", Status.PASS)
        differ = Reconciliation("drivers sum to their tenants", "-0.01", Status.FAIL)
        estimated = ("estimated: ", Name(self.names[-1]), " has no sample from 8 to 9 November")
        return [
            *self.front(),
            Heading("Needs action", "Forecast over budget by at least 5 % and USD 500; the most money first."),
            *(self.needs_action(), self.curve(), self.bridge(), self.days()),
            Heading("All tenants", "USD. Variance is actual minus budget: plus is over."),
            self.tenants(),
            Heading("Autonomy, grounding and platform"),
            self.rates(),
            Heading("Checks"),
            reconciliation_table("What must agree", (agree, differ)),
            Heading("Notes"),
            Notes((estimated, "The forecast is the mean of each weekday; its error was 3.1 % over 6 months.")),
            SignOff(),
        ]


HEAD = PageHead(
    "Daily report",
    "Sunday 22 November 2026",
    Status.WARN,
    "the total is within its budget",
    "provisional",
    1,
    facts=("All tenants (24)", "USD", "Data through 2026-11-23 00:00 UTC", "Generated 2026-11-23 06:02 UTC in 11 s"),
    method=("Forecast: month to date and the mean of each weekday. Budgets to date are linear by calendar day.",),
    run=(("Run", "01JDBX7K"), ("Definition", "sha256:" + "9f2c" * 16), ("Snapshot", "sha256:" + "ab12" * 16)),
    forms=(("Figures (JSON)", "report.json"), ("Notebook", "report.ipynb"), ("Manifest", "MANIFEST.json")),
)


def notebook_of(parts: list[Any]) -> Any:
    """A notebook as papermill leaves it: prose, code, and one output for each part."""
    cells = [nbformat.v4.new_markdown_cell("# Budget report\n\nAll that follows is made up.")]
    for part in parts:
        html = part._repr_html_() if hasattr(part, "_repr_html_") else ""
        bundle = part._repr_mimebundle_() if hasattr(part, "_repr_mimebundle_") else {"text/html": html}
        output = nbformat.v4.new_output("execute_result", bundle, execution_count=1)
        cells.append(nbformat.v4.new_code_cell("secret_code()", outputs=[output]))
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture(scope="session")
def make_page() -> Callable[[Invented], str]:
    return lambda invented: render(notebook_of(invented.parts()), HEAD)


@pytest.fixture(scope="session")
def invent() -> type[Invented]:
    return Invented


@pytest.fixture(scope="session")
def sample_page(make_page: Callable[[Invented], str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = tuple(f"tenant-{number:02d}" for number in range(1, 25))
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(make_page(Invented(names)), encoding="utf-8")
    return file
