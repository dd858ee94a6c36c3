"""The demo's own four pages and their portal, in a real browser."""

from __future__ import annotations

import html
import io
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pypdf
import pytest

from mcreports.checks import Status
from mcreports.reports.page_head import PageHead
from mcreports.reports.render import render

Visit = Callable[..., Any]
PAGES = {
    "daily": "daily/2025-10-31/current/report.html",
    "weekly": "weekly/2025-W44/current/report.html",
    "monthly": "monthly/2025-10/current/report.html",
    "trends": "trends/2024-11-01..2025-10-31/current/report.html",
    "portal": "index.html",
}
REPORTS = [name for name in PAGES if name != "portal"]
A4_INSIDE = 695  # pixels between the margins of a printed page


@pytest.fixture(params=PAGES)
def file(request: pytest.FixtureRequest, demo_runs: Path) -> Path:
    return demo_runs / PAGES[request.param]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_breaks_no_rule_of_accessibility(file: Path, visit: Visit, scheme: str) -> None:
    assert visit(file, color_scheme=scheme).violations() == []


def test_a_page_complains_of_nothing_asks_for_nothing_and_is_light(file: Path, visit: Visit) -> None:
    seen = visit(file)
    assert (seen.complaints, seen.requests) == ([], [])
    assert file.stat().st_size <= 300_000
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//|@import|url\(", file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("width", [320, 768])
def test_a_page_never_scrolls_sideways_nor_loses_a_label(file: Path, visit: Visit, width: int) -> None:
    page = visit(file, width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ends = "Array.from(document.querySelectorAll('.mc-plot text'), t => t.getBoundingClientRect().right)"
    assert max(page.evaluate(ends), default=0) <= width


@pytest.mark.parametrize("file", REPORTS, indirect=True)
def test_a_printed_report_counts_its_pages_and_clips_nothing(file: Path, visit: Visit) -> None:
    page = visit(file, A4_INSIDE).page
    pages = [each.extract_text() for each in pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages]
    assert [f"page {number} of {len(pages)}" in text for number, text in enumerate(pages, 1)] == [True] * len(pages)
    page.emulate_media(media="print")
    right = "Array.from(document.querySelectorAll('table, .mc-plot text'), e => e.getBoundingClientRect().right)"
    assert max(page.evaluate(right)) <= A4_INSIDE + 1


@pytest.mark.parametrize("file", REPORTS, indirect=True)
def test_no_two_names_below_a_printed_chart_overlap(file: Path, visit: Visit) -> None:
    page = visit(file, A4_INSIDE).page
    page.emulate_media(media="print")
    boxes = "[...plot.querySelectorAll('.mc-tick')].map(t => t.getBoundingClientRect()).map(r => [r.left, r.right])"
    for ticks in page.evaluate(f"[...document.querySelectorAll('.mc-plot')].map(plot => {boxes})"):
        assert all(left[1] <= right[0] for left, right in itertools.pairwise(ticks))


@pytest.mark.parametrize("file", REPORTS, indirect=True)
def test_the_verdict_is_on_the_first_screen(file: Path, visit: Visit) -> None:
    page = visit(file).page
    box = page.get_by_text(re.compile(r"^\W+(FAIL|WATCH|PASS|NO DATA): ")).first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 900


@pytest.mark.parametrize("file", REPORTS, indirect=True)
def test_every_chart_is_an_image_that_says_its_numbers(file: Path, visit: Visit) -> None:
    charts = visit(file).page.locator("svg[role=img]").all()
    labels = [chart.get_attribute("aria-label") or "" for chart in charts]
    assert labels
    assert all(sum(character.isdigit() for character in label) > 4 for label in labels)


def test_every_run_is_reached_from_the_portal(demo_runs: Path, visit: Visit) -> None:
    page = visit(demo_runs / "index.html").page
    links = {link.get_attribute("href") for link in page.get_by_role("link").all()}
    reports = {link for link in links if link and link.endswith("/report.html")}
    assert {link.partition("/")[0] for link in reports} == set(REPORTS)
    assert all((demo_runs / link).exists() for link in reports)


def test_the_other_forms_of_a_report_lie_beside_it(demo_runs: Path, visit: Visit) -> None:
    file = demo_runs / PAGES["daily"]
    links = visit(file).page.locator("a[href]:not([href^='#'])").all()
    names = {link.get_attribute("href") for link in links}
    assert names >= {"report.json", "report.ipynb", "MANIFEST.json"}
    assert all((file.parent / name).exists() for name in names if name)


@pytest.mark.parametrize("name", ["x" * 300, "</script><script>window.ran=1</script>"])
@pytest.mark.parametrize("report", REPORTS)
def test_a_name_of_any_kind_neither_runs_nor_widens_a_report(
    demo_runs: Path, visit: Visit, tmp_path: Path, report: str, name: str
) -> None:
    text = (demo_runs / PAGES[report]).with_name("report.ipynb").read_text(encoding="utf-8")
    node = nbformat.reads(text.replace("TENANT_005", html.escape(name)), as_version=4)
    head = PageHead("Report", "October", Status.FAIL, f"first {name}", "final", 1, facts=(f"Tenant {name}",))
    (tmp_path / "report.html").write_text(render(node, head), encoding="utf-8")
    seen = visit(tmp_path / "report.html", 320)
    assert (seen.complaints, seen.requests, seen.page.evaluate("window.ran")) == ([], [], None)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320
