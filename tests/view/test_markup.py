from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

from mcreports.checks import Status, Verdict
from mcreports.domains.sentence import Said
from mcreports.figures import Figure, Quality
from mcreports.rules import RULES, Subject, judge
from mcreports.view.closing import sentence_text
from mcreports.view.markup import (
    Judged,
    Link,
    Name,
    Strong,
    escape,
    figure_html,
    part_html,
    text_html,
    verdict_html,
    verdict_key,
)

Make = Callable[..., Figure]


def text_of(markup: str) -> str:
    return unescape(re.sub("<[^>]*>", "", markup))


def test_a_figure_carries_its_exact_value_and_its_key(spend: Make) -> None:
    figure = spend("1234.56")
    found = re.search('value="([^"]*)" data-figure="([^"]*)"', figure_html(figure))
    assert found is not None
    assert (found[1], unescape(found[2])) == ("1234.56", figure.key)


def test_a_figures_passport_names_window_quality_coverage_method_and_query(spend: Make) -> None:
    title = unescape(re.findall('title="([^"]*)"', figure_html(spend()))[0])
    assert title.split("\n") == [
        "budget.spend.period, actual",
        "2025-10-01 00:00 to 2025-11-01 00:00 UTC",
        "99.9 % of the expected samples",
        "samples: 44,640",
        "counter.curve",
        'cost{tenant="T1"}',
    ]


def test_a_name_that_nobody_can_see_gets_a_stand_in() -> None:
    assert text_of(part_html(Name(" "))) == "(invisible name: U+0020)"
    assert text_of(part_html(Name("\u200b\u202e\u3164"))) == "(invisible name: U+200B U+202E U+3164)"
    assert text_of(part_html(Name(""))) == "(no name)"


def test_an_estimated_figure_says_so_beside_its_value(spend: Make) -> None:
    assert text_of(figure_html(spend(quality=Quality.ESTIMATED))) == "USD 1,234.56 est."


def test_a_sentence_that_ends_with_an_estimate_has_one_stop(spend: Make) -> None:
    about = spend(quality=Quality.ESTIMATED)
    for part in (about, Strong(about)):
        assert text_of(text_html(("It cost ", part, "."))) == "It cost USD 1,234.56 est."
    assert (
        sentence_text(("It cost ", about, ", or ", Said(about), "."))
        == "It cost USD 1,234.56 est., or USD +1,234.56 est."
    )
    assert text_of(text_html(("It cost ", spend(), "."))) == "It cost USD 1,234.56."


def test_an_unknown_figure_has_no_value_and_says_so(spend: Make) -> None:
    markup = figure_html(spend(None, quality=Quality.UNKNOWN))
    assert 'value=""' in markup
    assert text_of(markup) == "n/a ○no data"


def test_a_verdict_carries_its_key_and_its_status() -> None:
    verdict = judge("grounding.pass_rate", RULES["grounding.pass_rate"], 94.6, Subject('a"b', n=18204))
    assert 'data-verdict="grounding.pass_rate|=a&quot;b|" data-status="fail"' in verdict_html(verdict)
    assert text_of(verdict_html(verdict)) == "▲ FAIL: 94.6 %, target ≥ 95 %, short by 0.4 pp, n = 18,204"


def test_a_short_reason_stands_out_with_its_word_and_a_sentence_does_not() -> None:
    rule = RULES["grounding.pass_rate"]
    short = verdict_html(judge("grounding.pass_rate", rule, None, Subject(None), "no samples"))
    assert "<strong>NO DATA: no samples</strong>" in short
    reason = "the source is demo:, no server that answers PromQL: give --source http(s)://..."
    long = verdict_html(judge("grounding.pass_rate", rule, None, Subject(None), reason))
    assert "<strong>NO DATA</strong>" in long
    assert text_of(long) == f"○ NO DATA: {reason}, target ≥ 95 %"


def test_a_verdict_whose_reason_stands_elsewhere_says_only_that_there_is_no_data() -> None:
    verdict = judge("grounding.pass_rate", RULES["grounding.pass_rate"], 96, Subject(None, n=7), "half, it seems")
    assert text_of(verdict_html(verdict, reason=False)) == "○ NO DATA: 96.0 % is not proven, target ≥ 95 %, n = 7"


def test_a_verdict_without_a_value_is_its_word_and_what_was_wanted() -> None:
    verdict = Verdict("config.baseline", None, Status.WARN, None, "0", "<=", "changes", "seen for the first time")
    assert "<strong>WATCH</strong>" in verdict_html(verdict)
    assert text_of(verdict_html(verdict)) == "◆ WATCH: target ≤ 0 changes"
    assert text_of(verdict_html(replace(verdict, status=Status.PASS), brief=True)) == "● PASS"


def test_a_tenant_called_star_is_not_taken_for_the_platform() -> None:
    rule = RULES["grounding.pass_rate"]
    assert verdict_key(judge("grounding.pass_rate", rule, 1, Subject("*"))) != verdict_key(
        judge("grounding.pass_rate", rule, 1, Subject(None))
    )


def test_a_judged_figure_keeps_the_digits_that_keep_it_on_its_side(spend: Make) -> None:
    rate = spend().__class__("own.rate", "T1", 79.97, "%", spend().window, "q", "m")
    verdict = judge("budget.utilization.daily", RULES["budget.utilization.daily"], 79.97, Subject("T1"))
    assert "79.97 %" in text_of(part_html(Judged(rate, verdict)))


def test_names_stand_isolated_so_that_they_turn_nothing_around_them() -> None:
    assert text_html(("before ", Name("\u202e<b>"), " after")) == "before <bdi>\u202e&lt;b&gt;</bdi> after"


def test_no_name_at_all_is_said() -> None:
    assert text_of(part_html(Name(""))) == "(no name)"


def test_what_a_document_cannot_hold_is_made_visible() -> None:
    assert escape("\x00\x1b\x7f\x9f\ud800\ufffe") == "␀␛␡\\u009f\\ud800\\ufffe"
    assert part_html(Name("a\tb\r\nc")) == "<bdi>a␉b␍␊c</bdi>"


def test_a_link_leads_nowhere_outside() -> None:
    outside = (
        "https://x",
        "//x",
        "javascript:alert(1)",
        "/etc/passwd",
        "\\\\host",
        "data:text/html,x",
        "java\nscript:x",
        "",
    )
    assert {part_html(Link("x", href)) for href in outside} == {"x"}
    assert part_html(Link("x", "../r1/report.html")) == '<a href="../r1/report.html">x</a>'


def test_what_stands_out_is_escaped_too() -> None:
    assert part_html(Strong("<i>")) == "<strong>&lt;i&gt;</strong>"
