"""A browser, and a page of invented but likely figures, as large as a real one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from mcreports.checks import Reconciliation, Status
from mcreports.figures import Figure, Quality
from mcreports.reports.render import PageHead, render
from mcreports.rules import RULES, Subject, judge
from mcreports.view.charts import Bars, Bridge, Lines, Series, Sparkline
from mcreports.view.format import Shape
from mcreports.view.markup import Judged, Name, Strong
from mcreports.view.page import Band, Card, Cards, Heading, Notes, SignOff
from mcreports.view.tables import Column, Table, reconciliation_table, verdict_table

MONTH = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
SIGNED = Shape("amount", sign=True)
PERCENT = Shape("amount", sign=True)
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--no-first-run", "--disable-features=Translate,OptimizationHints,MediaRouter",
)  # fmt: skip


def figure(figure_id: str, value: Any, unit: str = "USD", tenant: str | None = None, **more: Any) -> Figure:
    query = f'mc_tenant_cost_total_usd{{tenant="{tenant}"}}' if tenant else "mc_tenant_cost_total_usd"
    known = {"window": MONTH, "coverage": 0.9993, "samples": 31680, "query": query, "method": "counter.curve"}
    return Figure(id=figure_id, tenant=tenant, value=value, unit=unit, **{**known, **more})


def usd(amount: float) -> Decimal:
    return Decimal(round(amount * 100)).scaleb(-2)


@dataclass
class Invented:
    """Spend by tenant for a month that is not over."""

    names: tuple[str, ...]
    owners: dict[str, str] = field(default_factory=dict)
    drivers: tuple[str, ...] = ("compute", "storage", "network")

    def tenants(self) -> Table:
        dice = random.Random(4)
        columns = (
            Column("Tenant", "name"),
            *(Column(head, "number", "Month to date", SIGNED if "Var" in head else Shape("amount"))
              for head in ("Actual", "Budget", "Var", "Var %")),
            *(Column(head, "number", "Full month", SIGNED if "Var" in head else Shape("amount"))
              for head in ("Forecast", "Budget", "Var", "Var %")),
            Column("vs Oct", "number", shape=SIGNED),
            Column("30 days", "spark"),
        )  # fmt: skip
        rows = []
        for index, tenant in enumerate(self.names):
            spent, budget = dice.uniform(2000, 28000), dice.uniform(3000, 30000)
            spent = budget * dice.uniform(0.6, 1.4)
            quality = Quality.ESTIMATED if index == 3 else Quality.ACTUAL
            forecast = figure("budget.variance.month", usd((spent - budget) * 1.3), tenant=tenant)
            used = Fraction(round(spent), round(budget)) * 100
            verdict = judge("budget.utilization.monthly", RULES["budget.utilization.monthly"], used, Subject(tenant))
            rows.append((
                Name(tenant),
                figure("budget.spend.mtd", usd(spent), tenant=tenant, quality=quality, reason="" if index != 3 else "a gap"),
                figure("budget.limit.to_date", usd(budget), tenant=tenant),
                figure("budget.variance.mtd", usd(spent - budget), tenant=tenant),
                figure("budget.variance.mtd_percent", 100 * (spent - budget) / budget, "%", tenant),
                figure("budget.forecast.month_end", usd(spent * 1.36), tenant=tenant),
                figure("budget.limit.monthly", usd(budget * 1.36), tenant=tenant),
                Judged(forecast, verdict),
                figure("budget.variance.month_percent", 100 * (spent - budget) / budget, "%", tenant),
                figure("budget.change", dice.uniform(-3, 9), "%", tenant)
                if index != 5 else figure("budget.change", None, "%", tenant, quality=Quality.UNKNOWN, reason="born in November"),
                Sparkline(tuple(dice.uniform(300, 500) + 8 * day for day in range(30)), tenant),
            ))  # fmt: skip
        total = (Name("Total"), *(cell for cell in rows[0][1:7]), figure("t", usd(-19031.4)), *rows[0][8:10], None)
        return Table("All tenants", columns, tuple(rows), total)

    def needs_action(self) -> Table:
        columns = (
            Column("Tenant", "name"), Column("Verdict", "verdict"), Column("Forecast", "number"), Column("Budget", "number"),
            Column("Over by, USD", "number", shape=SIGNED), Column("Over by, %", "number", shape=SIGNED),
            Column("Main driver"), Column("Since"), Column("Owner", "name"),
        )  # fmt: skip
        rows = []
        for index, tenant in enumerate(self.names[:3]):
            verdict = judge(
                "budget.forecast", RULES["budget.forecast"], Fraction(529, 10 + index * 40), Subject(tenant)
            )
            rows.append((
                Name(tenant), verdict, figure("budget.forecast.month_end", usd(11311.4), tenant=tenant),
                figure("budget.limit.monthly", usd(7400), tenant=tenant), figure("budget.variance.month", usd(3911.4), tenant=tenant),
                figure("budget.variance.month_percent", 52.9, "%", tenant), (Name(self.drivers[0]), " +3,247"), "14 Nov 2026",
                Name(self.owners.get(tenant, "team-04")),
            ))  # fmt: skip
        return Table("Needs action", columns, tuple(rows), empty="Nothing needs action.")

    def curve(self) -> Lines:
        days = tuple(date(2026, 11, 1) + timedelta(days=day) for day in range(30))
        spent = tuple(
            figure("budget.spend.cumulative", usd(10693.9 * (day + 1)), labels=(("day", str(days[day])),))
            for day in range(22)
        )
        ahead = tuple(235265.0 + 10900 * day for day in range(9))
        series = (
            Series("Actual", "actual", days[:22], spent),
            Series("Budget", "budget", days, tuple(11383.3 * (day + 1) for day in range(30))),
            Series("Forecast", "forecast", days[21:], ahead, tuple(v * (1 - 0.006 * i) for i, v in enumerate(ahead)),
                   tuple(v * (1 + 0.006 * i) for i, v in enumerate(ahead))),
        )  # fmt: skip
        return Lines("Spend stays under budget", "Cumulative spend, USD, November 2026; actual solid, forecast dotted, budget dashed",
                     series, half=True)  # fmt: skip

    def days(self) -> Bars:
        dice = random.Random(5)
        days = tuple(date(2026, 11, 1) + timedelta(days=day) for day in range(22))
        layers = tuple(
            Series(name, role, days, tuple(
                None if day == 9 else figure("budget.spend.day", usd(dice.uniform(900, 1300) * (4 - index)),
                                             labels=(("day", str(days[day])), ("driver", name)),
                                             quality=Quality.ESTIMATED if day == 8 else Quality.ACTUAL)
                for day in range(22)))
            for index, (name, role) in enumerate(zip(self.drivers, ("compute", "storage", "network"), strict=True))
        )  # fmt: skip
        limit = Series("Budget", "budget", days, (11383.3,) * 22)
        return Bars("Every day stays under its limit", "Spend by day and driver, USD", layers, limit=limit)

    def bridge(self) -> Bridge:
        amounts = (2308.11, 403.4, -623.25)
        steps = tuple(
            (name, figure("budget.change", usd(a), labels=(("driver", name),)))
            for name, a in zip(self.drivers, amounts, strict=True)
        )
        total = ("Total change", figure("budget.change", usd(sum(amounts))))
        return Bridge(
            "Compute explains most of the growth",
            "1 to 22 November minus 1 to 22 October, USD, by driver",
            steps,
            total,
            half=True,
        )

    def rates(self) -> Table:
        checks = [("autonomy.success_rate", Fraction(9986, 100)), ("autonomy.compensation_rate", Fraction(21, 100)),
                  ("autonomy.policy_violations", 2), ("grounding.pass_rate", Fraction(946, 10)), ("platform.graphql_p95", 251),
                  ("platform.replication_lag_p95", None)]  # fmt: skip
        verdicts = [judge(check, RULES[check], value, Subject(self.names[0], n=18204)) for check, value in checks]
        return verdict_table("Autonomy, grounding, platform", verdicts)

    def parts(self) -> list[Any]:
        grounding = judge(
            "grounding.pass_rate", RULES["grounding.pass_rate"], Fraction(946, 10), Subject(None, n=18204)
        )
        autonomy = judge(
            "autonomy.success_rate", RULES["autonomy.success_rate"], Fraction(9993, 100), Subject(None, n=402117)
        )
        total = figure("budget.forecast.month_end", usd(322469.02))
        return [
            Band(Status.WARN, "the total is within its budget, 5 tenants are forecast over", (
                ("November is forecast at ", Strong(total), ", ", figure("v", usd(-19031)), " under its budget."),
                (Name(self.names[0]), " is forecast ", figure("w", usd(3911.4)), " over, driven by ", Name(self.drivers[0]),
                 " since 14 November."),
                "Decision needed: approve or cap it by 25 November.",
            )),
            Cards((
                Card("Month to date", figure("budget.spend.mtd", usd(235265.2)), (Strong("6.1 % under"), " the budget to date")),
                Card("Forecast, month end", total, ("5.6 % under the budget",)),
                Card("Yesterday", figure("budget.spend.period", usd(10012.7)), ("down 7.9 % on its 7-day mean",)),
                Card("Autonomy, 30 days", figure("autonomy.success_rate", 99.93, "%"), "", autonomy),
                Card("RAG grounding, 30 days", figure("grounding.pass_rate", 94.6, "%"), "", grounding),
            )),
            Heading("Needs action", "Forecast over budget by at least 5 % and USD 500; the most money first."),
            self.needs_action(), self.curve(), self.bridge(), self.days(),
            Heading("All tenants", "USD. Variance is actual minus budget: plus is over."),
            self.tenants(),
            Heading("Autonomy, grounding and platform"), self.rates(),
            Heading("Checks"),
            reconciliation_table("What must agree", (Reconciliation("tenants sum to the total", "0.00", Status.PASS),
                                                     Reconciliation("drivers sum to their tenants", "-0.01", Status.FAIL))),
            Heading("Notes"),
            Notes((("estimated: ", Name(self.names[3 % len(self.names)]), " has no sample from 8 to 9 November"),
                   "The forecast is the mean of each weekday; over the last 6 months its error was 3.1 %.")),
            SignOff(),
        ]  # fmt: skip


def notebook_of(parts: list[Any]) -> Any:
    """A notebook as papermill leaves it: prose, code, and one output for each part."""
    cells = [nbformat.v4.new_markdown_cell("# Budget report\n\nAll that follows is made up.")]
    for part in parts:
        bundle = (
            part._repr_mimebundle_()
            if hasattr(part, "_repr_mimebundle_")
            else {"text/html": part._repr_html_(), "text/plain": "x"}
        )
        output = nbformat.v4.new_output("execute_result", bundle, execution_count=1)
        cells.append(nbformat.v4.new_code_cell("secret_code()", outputs=[output]))
    return nbformat.v4.new_notebook(cells=cells)


HEAD = PageHead(
    "Daily report", "Sunday 22 November 2026", Status.WARN, "the total is within its budget", "provisional", 1,
    facts=("All tenants (24)", "USD", "Data through 2026-11-23 00:00 UTC", "Generated 2026-11-23 06:02 UTC in 11 s"),
    method=("Forecast: month to date and the mean of each weekday. Budgets to date are linear by calendar day.",),
    run=(("Run", "01JDBX7K"), ("Definition", "sha256:" + "9f2c" * 16), ("Snapshot", "sha256:" + "ab12" * 16)),
    forms=(("Figures (JSON)", "report.json"), ("Notebook", "report.ipynb"), ("Manifest", "MANIFEST.json")),
)  # fmt: skip


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


@dataclass
class Visit:
    """An open page, and what it complained of or asked for."""

    page: Page
    complaints: list[str]
    requests: list[str]

    def violations(self) -> list[str]:
        found = Axe().run(self.page).response["violations"]
        return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    contexts = []

    def open_file(file: Path, width: int = 1200, **more: Any) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=False, **more)
        contexts.append(context)
        page = context.new_page()
        seen = Visit(page, [], [])

        def hear(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                seen.complaints.append(message.text)

        def count(request: Request) -> None:
            if request.url != file.as_uri():
                seen.requests.append(request.url)

        page.on("console", hear)
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (seen.complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", count)
        page.goto(file.as_uri())
        return seen

    yield open_file
    for context in contexts:
        context.close()
