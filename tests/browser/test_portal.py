from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mcreports.period import Period
from mcreports.reports.files import Hashed
from mcreports.reports.portal import portal
from mcreports.reports.runs import PublishedRun
from mcreports.reports.slug import slug

if TYPE_CHECKING:
    from pathlib import Path

Visit = Callable[..., Any]
HOSTILE = ("<script>window.ran=1</script>", "</style><img src=x onerror=window.ran=1>", "\u202e\x00\ud800")


def run(report: str, label: str, status: str, tenants: tuple[str, ...] = ()) -> PublishedRun:
    period = Period.parse(label)
    scope = slug(*tenants) if tenants else None
    path = f"{report}/{label}/" + (f"scopes/{scope}/" if scope else "") + "r1"
    return PublishedRun(
        report=report,
        period=period,
        scope=scope,
        tenants=tenants or ("T1", "T2"),
        revision=1,
        state="final",
        status=status,
        headline=" ".join(tenants) or f"the checks say {status}",
        definition="d",
        snapshot="s",
        generated_at=period.end + timedelta(hours=9),
        took_seconds=7.7,
        reason="",
        changes=(),
        files={"report.html": Hashed("x", 1), "report.json": Hashed("x", 1)},
        path=path,
    )


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    statuses = ("pass", "pass", "warn", "pass", "unknown", "fail")
    days = [date(2025, 10, 1) + timedelta(days=day) for day in range(31)]
    runs = [run("daily", day.isoformat(), statuses[day.day % 6]) for day in days if day.day != 12]
    runs += [run("weekly", f"2025-W{week}", "pass") for week in range(40, 45)] + [run("monthly", "2025-09", "unknown")]
    runs += [run("daily", "2025-10-31", "fail", (name,)) for name in HOSTILE]
    output = tmp_path_factory.mktemp("output")
    for name, text in portal(runs, datetime(2025, 11, 1, 9, tzinfo=UTC)).items():
        (output / name).write_text(text, encoding="utf-8")
    return output / "index.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
def test_the_portal_breaks_no_rule_of_accessibility(index: Path, visit: Visit, scheme: str, width: int) -> None:
    assert visit(index, width, color_scheme=scheme).violations() == []


def test_the_portal_complains_of_nothing_and_asks_for_nothing(index: Path, visit: Visit) -> None:
    seen = visit(index)
    assert (seen.complaints, seen.requests) == ([], [])
    assert seen.page.evaluate("window.ran") is None


@pytest.mark.parametrize("width", [320, 768])
def test_the_portal_never_scrolls_sideways(index: Path, visit: Visit, width: int) -> None:
    assert visit(index, width).page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_state_of_a_filter_is_in_the_address_and_needs_no_script(index: Path, visit: Visit) -> None:
    page = visit(index, java_script_enabled=False).page
    rows = page.locator(".runs tbody tr")
    total = rows.count()
    page.get_by_role("navigation").get_by_role("link", name="FAIL").click()
    assert page.url.endswith("#verdict-fail")
    visible = [row for row in rows.all() if row.is_visible()]
    assert 0 < len(visible) < total
    assert {row.get_attribute("data-status") for row in visible} == {"fail"}
    page.get_by_role("link", name=re.compile(r"^All \d+")).click()
    assert all(row.is_visible() for row in rows.all())


def test_every_cell_of_the_strip_is_a_link_with_a_name(index: Path, visit: Visit) -> None:
    page = visit(index).page
    link = page.get_by_role("link", name="daily, Friday 31 October 2025: PASS, the checks say pass")
    assert link.get_attribute("href") == "daily/2025-10-31/r1/report.html"
    assert page.locator(".strip .none").first.inner_text() == "no run"


def test_hostile_tenants_are_shown_literally(index: Path, visit: Visit) -> None:
    text = visit(index).page.locator(".runs").inner_text()
    assert "Daily, <script>window.ran=1</script>, Friday 31 October 2025" in text
    assert "\\ud800" in text
