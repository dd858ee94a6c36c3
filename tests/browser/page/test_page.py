from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

Visit = Callable[..., Any]
A4_INSIDE = 695  # pixels between the margins of a printed page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_breaks_no_rule_of_accessibility(sample_page: Path, visit: Visit, scheme: str) -> None:
    assert visit(sample_page, color_scheme=scheme).violations() == []


def test_a_page_complains_of_nothing_and_asks_for_nothing(sample_page: Path, visit: Visit) -> None:
    seen = visit(sample_page)
    assert (seen.complaints, seen.requests) == ([], [])


def test_a_page_of_24_tenants_weighs_at_most_300_kilobytes(sample_page: Path) -> None:
    assert sample_page.stat().st_size <= 300_000


def test_a_page_is_readable_without_a_script(sample_page: Path, visit: Visit) -> None:
    page = visit(sample_page, java_script_enabled=False).page
    assert page.get_by_role("heading", name="All tenants").is_visible()


@pytest.mark.parametrize("width", [320, 375, 768, 1200])
def test_a_page_never_scrolls_sideways(sample_page: Path, visit: Visit, width: int) -> None:
    page = visit(sample_page, width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_phone_breaks_no_rule_of_accessibility_either(sample_page: Path, visit: Visit) -> None:
    assert visit(sample_page, 320).violations() == []


def test_wide_tables_can_be_scrolled_by_keyboard_on_a_phone(sample_page: Path, visit: Visit) -> None:
    table = visit(sample_page, 320).page.get_by_role("region", name="All tenants")
    table.focus()
    table.press("ArrowRight", delay=50)
    table.page.wait_for_function("element => element.scrollLeft > 0", arg=table.element_handle())


def test_the_tenants_name_stays_in_sight_while_its_row_is_scrolled(sample_page: Path, visit: Visit) -> None:
    page = visit(sample_page, 320).page
    left = "document.querySelector('[aria-label=\"All tenants\"] tbody th').getBoundingClientRect().left"
    before = page.evaluate(left)
    page.evaluate("document.querySelector('[aria-label=\"All tenants\"]').scrollLeft = 300")
    assert page.evaluate(left) == before


def test_text_in_a_chart_keeps_its_size_on_a_phone(sample_page: Path, visit: Visit) -> None:
    heights = "Array.from(document.querySelectorAll('.mc-plot text'), t => t.getBoundingClientRect().height)"
    assert min(height for height in visit(sample_page, 320).page.evaluate(heights) if height) >= 11


@pytest.mark.parametrize("width", [320, 768, 1200])
def test_no_label_of_a_chart_leaves_the_page(sample_page: Path, visit: Visit, width: int) -> None:
    ends = "Array.from(document.querySelectorAll('.mc-plot text'), t => t.getBoundingClientRect().right)"
    assert max(visit(sample_page, width).page.evaluate(ends)) <= width


def test_each_chart_is_an_image_with_its_numbers_and_a_data_table(sample_page: Path, visit: Visit) -> None:
    page = visit(sample_page).page
    charts = page.locator("figure")
    assert charts.count() == 3
    for index in range(3):
        chart = charts.nth(index)
        label = chart.locator("svg[role=img]").get_attribute("aria-label") or ""
        assert sum(character.isdigit() for character in label) > 10
        chart.get_by_text("Data table").click()
        assert chart.locator("table").is_visible()


def test_the_first_tab_leads_past_the_head(sample_page: Path, visit: Visit) -> None:
    page = visit(sample_page).page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_nothing_is_clipped_in_print(sample_page: Path, visit: Visit) -> None:
    page = visit(sample_page, A4_INSIDE).page
    page.emulate_media(media="print")
    ends = "Array.from(document.querySelectorAll('table, .mc-plot text'), t => t.getBoundingClientRect().right)"
    assert max(page.evaluate(ends)) <= A4_INSIDE + 1


def test_a_printed_page_counts_its_pages_and_repeats_the_heads_of_tables(sample_page: Path, visit: Visit) -> None:
    pages = [page.extract_text() for page in printed(visit(sample_page).page).pages]
    assert [f"page {number} of {len(pages)}" in text for number, text in enumerate(pages, 1)] == [True] * len(pages)
    assert sum("vs Oct" in text for text in pages) >= 2
    assert all(any(f"tenant-{number:02d}" in text for text in pages) for number in range(1, 25))


def test_dark_pages_are_printed_light(sample_page: Path, visit: Visit) -> None:
    page = visit(sample_page, color_scheme="dark").page
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def printed(page: Any) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))


def test_the_browser_is_debians(browser: Browser) -> None:
    assert int(browser.version.partition(".")[0]) >= 131  # "page x of y" needs margin boxes
