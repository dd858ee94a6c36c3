"""Hostile names as tenant, driver and owner: shown literally, and nothing of them runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from mcreports.view.markup import visible

if TYPE_CHECKING:
    from pathlib import Path

Make = Callable[..., str]

MARKUP = (
    "<script>window.ran=1</script>",
    "</script><script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "javascript:window.ran=1",
    "<svg onload=window.ran=1>",
    "</style><script>window.ran=1</script>",
    "</title><script>window.ran=1</script>",
    "-->\u200b<script>window.ran=1</script>",
    '" onmouseover="window.ran=1" autofocus onfocus="window.ran=1',
    "' onclick='window.ran=1",
    "<iframe src=file:///etc/passwd>",
    "<a href=javascript:window.ran=1>x</a>",
    "<style>*{display:none}</style>",
    "<base href=//evil.example>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "]]><script>window.ran=1</script>",
    "&lt;b&gt;",
    "&#x3c;script&#x3e;",
    "<details open ontoggle=window.ran=1>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=window.ran=1>",
    "<noscript><p title='</noscript><img src=x onerror=window.ran=1>'>",
    "<svg><style><img src=x onerror=window.ran=1>",
    "```mermaid\ngraph TD\n```",
    "<pre class=mermaid>graph TD</pre>",
    "$x$ \\(y\\) $$z$$",
    "[x](javascript:window.ran=1)",
    "![x](//evil.example/x.png)",
)
TEXT = (
    "{{7*7}}",
    "{0.__class__}",
    "%(x)s",
    "{% raw %}",
    "=cmd|'/c calc'!A0",
    "+1",
    "-1",
    "@SUM",
    "a\tb",
    "a\rb",
    "a\nb",
    "a\x00b",
    "../",
    "/etc/passwd",
    "..%2f",
    "x" * 300,
    ".",
    "trailing.",
    "CON",
    "e\u0301",
    "\u00e9",
    "Case",
    "case",
    "\u202eabc",
    "a\u200bb",
    "\U0001f4a3",
    "\ud800",
    "NA",
    "null",
    "None",
    "true",
    "007",
    "1e5",
    'x"} or up{a!="',
    "O'Brien",
    ".*",
    "end\\",
    "a\r\nBcc: x@evil",
    "<!channel>",
    "*",
    "\u2066a\u2069",
    "\uffff",
)


def literal(name: str) -> str:
    return visible(name).replace("\t", "␉").replace("\n", "␊")


@pytest.fixture(scope="module")
def hostile_page(make_page: Callable[[Any], str], invent: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = MARKUP + TEXT
    invented = invent(names, dict(zip(names, MARKUP, strict=False)), MARKUP[:3])
    file = tmp_path_factory.mktemp("hostile") / "report.html"
    file.write_text(make_page(invented), encoding="utf-8")
    return file


def test_hostile_names_run_nothing_and_fetch_nothing(hostile_page: Path, visit: Callable[..., Any]) -> None:
    seen = visit(hostile_page)
    for element in seen.page.locator("summary").all():
        element.click()
    assert seen.page.evaluate("window.ran") is None
    assert (seen.complaints, seen.requests) == ([], [])


def test_every_hostile_name_is_shown_literally(hostile_page: Path, visit: Callable[..., Any]) -> None:
    shown = visit(hostile_page).page.locator("[aria-label='All tenants'] tbody th").all_text_contents()
    assert shown == [literal(name) for name in MARKUP + TEXT]


@pytest.mark.parametrize("start", range(0, len(MARKUP) - 2, 3))
def test_hostile_drivers_run_nothing_in_charts(
    make_page: Callable[[Any], str], invent: Any, tmp_path: Path, visit: Callable[..., Any], start: int
) -> None:
    file = tmp_path / "report.html"
    file.write_text(make_page(invent(MARKUP[start : start + 3], {}, MARKUP[start : start + 3])), encoding="utf-8")
    seen = visit(file)
    heads = seen.page.locator("figure table tbody th").all_text_contents()
    assert set(map(literal, MARKUP[start : start + 3])) <= set(heads)
    assert seen.page.evaluate("window.ran") is None
    assert (seen.complaints, seen.requests) == ([], [])


def test_hostile_names_neither_widen_the_page_nor_break_its_rules(
    hostile_page: Path, visit: Callable[..., Any]
) -> None:
    seen = visit(hostile_page, 320)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert seen.violations() == []
