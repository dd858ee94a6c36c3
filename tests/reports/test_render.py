from __future__ import annotations

import re
from typing import Any

import nbformat
import pytest

from mcreports.checks import Status
from mcreports.errors import RunError
from mcreports.reports.page_head import PageHead
from mcreports.reports.render import render

HEAD = PageHead(
    "Daily report",
    "Friday 31 October 2025",
    Status.FAIL,
    "one tenant is over",
    "final",
    2,
    facts=("<USD>",),
    method=("By hand.",),
    run=(("Run", "r-1"),),
    forms=(("JSON", "report.json"),),
)


def page(*outputs: Any, markdown: str = "Said.", head: PageHead = HEAD) -> str:
    cells = [
        nbformat.v4.new_markdown_cell(markdown),
        nbformat.v4.new_code_cell("the_secret_code()", outputs=list(outputs)),
    ]
    return render(nbformat.v4.new_notebook(cells=cells), head)


def result(mime: str, text: str) -> Any:
    return nbformat.v4.new_output("execute_result", {mime: text, "text/plain": "plain"}, execution_count=1)


def test_the_title_says_the_verdict_first() -> None:
    assert "<title>FAIL: one tenant is over · Daily report · Friday 31 October 2025</title>" in page()


def test_the_head_and_the_foot_say_what_the_run_is() -> None:
    text = page()
    assert "&lt;USD&gt;" in text
    assert "FINAL, revision 2" in text
    assert '<a href="report.json">JSON</a>' in text


def test_code_is_hidden() -> None:
    assert "the_secret_code" not in page()


def test_the_pages_own_form_of_an_output_wins_over_all_others() -> None:
    both = nbformat.v4.new_output(
        "display_data",
        {"application/vnd.mcreports.view+html": "<p>ours</p>", "image/svg+xml": "<svg></svg>", "text/html": "theirs"},
    )
    text = page(both)
    assert "<p>ours</p>" in text
    assert "theirs" not in text
    assert "<svg" not in text


def test_html_is_sanitised() -> None:
    text = page(result("text/html", "<p onclick='x()'>kept</p><script>alert(1)</script>"))
    assert "<p>kept</p>" in text
    assert "alert" not in text


def test_an_output_of_another_kind_leaves_a_note() -> None:
    text = page(result("application/javascript", "alert(1)"), result("image/png", "AAAA"))
    assert text.count("is not shown: see the notebook") == 2
    assert "alert(1)" not in text


def test_the_closing_figures_are_passed_over() -> None:
    closing = nbformat.v4.new_output(
        "display_data", {"application/vnd.mcreports.closing.v1+json": {"a": 1}, "text/plain": "x"}
    )
    assert re.search(r'<main[^>]*>\s*<div class="prose"><p>Said.</p>\s*</div>\s*</main>', page(closing))


def test_what_was_printed_leaves_a_note_and_is_not_shown() -> None:
    text = page(nbformat.v4.new_output("stream", name="stderr", text="token=abc"))
    assert "also wrote to stderr" in text
    assert "token=abc" not in text


def test_an_error_makes_no_page() -> None:
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="nothing there", traceback=[])
    with pytest.raises(RunError, match="cell 2 of the notebook ended in ValueError: nothing there"):
        page(error)


def test_prose_is_rendered_without_its_title_and_without_what_runs() -> None:
    title = "# Daily report\n\n"
    text = page(
        markdown=title + "A *word* <script>alert(1)</script>\n\n```mermaid\ngraph\n```\n\n[a](javascript:alert(1))"
    )
    assert text.count("<h1") == 1
    assert "<em>word</em>" in text
    assert "alert(1)" not in text
    assert "<script" not in text


def test_templates_in_names_and_prose_are_not_evaluated() -> None:
    head = PageHead("{{ 7*7 }}", "{% raw %}", Status.PASS, "{{ 7*7 }}", "final", 1)
    text = page(result("text/html", "<p>{{ 7*7 }}</p>"), markdown="{{ 7*7 }}", head=head)
    assert "49" not in re.sub("<style>.*?</style>", "", text, flags=re.DOTALL)


def test_the_page_asks_for_nothing_and_allows_nothing() -> None:
    text = page()
    assert "default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:" in text
    assert not re.search(r"https?://|src=|@import|url\(", text)


def test_the_same_notebook_gives_the_same_page() -> None:
    assert page(result("text/html", "<p>a</p>")) == page(result("text/html", "<p>a</p>"))


def test_an_output_that_came_in_lines_is_joined() -> None:
    assert "<p>one two</p>" in page(result("text/html", ["<p>one ", "two</p>"]))  # type: ignore[arg-type]


def test_lone_surrogates_and_control_characters_reach_the_disk() -> None:
    head = PageHead("\ud800", "\x00", Status.PASS, "\x1b", "final", 1)
    text = page(result("text/html", "<p>\ud800\x00</p>"), markdown="\ud800 \x07", head=head)
    assert "\\ud800" in text
    assert text.encode("utf-8")


def test_a_page_that_weighs_too_much_goes_without_passports_and_says_so() -> None:
    figure = '<data value="1" data-figure="k" title="a long passport &gt; here">1</data>'
    light, heavy = (page(result("text/html", figure * count)) for count in (10, 4000))
    assert light.count("a long passport") == 10
    assert "passport &gt;" not in heavy
    assert heavy.count('data-figure="k"') == 4000
    assert "too many figures here" in heavy
