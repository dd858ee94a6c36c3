from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from mcreports.checks import Reconciliation, Status
from mcreports.figures import Figure
from mcreports.rules import RULES, Subject, judge
from mcreports.view.format import Shape
from mcreports.view.markup import Judged
from mcreports.view.tables import Column, Table, reconciliation_table, verdict_table

Make = Callable[..., Figure]
COLUMNS = (Column("Tenant", "name"), Column("Spend", "number", "Month", Shape("amount", sign=True)))


def test_a_table_names_itself_and_can_be_scrolled_by_keyboard(spend: Make) -> None:
    markup = Table('A "caption"', COLUMNS, (("T1", spend()),))._repr_html_()
    assert 'role="region" tabindex="0" aria-label="A &quot;caption&quot;"' in markup
    assert ">A &quot;caption&quot;</caption>" in markup


def test_each_row_is_headed_by_its_first_cell(spend: Make) -> None:
    markup = Table("t", COLUMNS, (("<T1>", spend()),))._repr_html_()
    assert '<th scope="row" class="mc-name"><bdi>&lt;T1&gt;</bdi></th>' in markup


def test_a_column_says_how_its_figures_are_printed(spend: Make) -> None:
    assert ">+1,234.56</data>" in Table("t", COLUMNS, (("T1", spend()),))._repr_html_()


def test_a_judged_figure_takes_its_columns_shape(spend: Make) -> None:
    verdict = judge("budget.forecast", RULES["budget.forecast"], 12, Subject("T1"))
    markup = Table("t", COLUMNS, (("T1", Judged(spend(), verdict)),))._repr_html_()
    assert ">+1,234.56</data>" in markup
    assert 'data-status="fail"' in markup


def test_columns_share_a_head_above_their_own(spend: Make) -> None:
    columns = (Column("Tenant"), Column("a", group="G"), Column("b", group="G"))
    markup = Table("t", columns, (("T1", spend(), None),))._repr_html_()
    assert '<td colspan="1"></td><th scope="colgroup" colspan="2" class="mc-group">G</th>' in markup


def test_the_total_stands_in_the_foot(spend: Make) -> None:
    markup = Table("t", COLUMNS, (("T1", spend()),), ("Total", spend("9")))._repr_html_()
    assert re.search('<tfoot>.*Total.*value="9".*</tfoot>', markup, re.DOTALL)


def test_without_rows_a_sentence_stands_in_its_place() -> None:
    assert (
        Table("t", COLUMNS, (), empty="Nothing needs action.")._repr_html_()
        == '<p class="mc mc-text">Nothing needs action.</p>'
    )


def test_a_row_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="t: a row has 1 cells under 2 columns"):
        Table("t", COLUMNS, (("T1",),))


def test_passports_can_be_left_out_where_there_are_many_figures(spend: Make) -> None:
    markup = Table("t", COLUMNS, (("T1", spend()),), passports=False)._repr_html_()
    assert "title=" not in markup
    assert "data-figure=" in markup


def test_verdicts_are_listed_by_check_and_subject() -> None:
    verdict = judge("grounding.pass_rate", RULES["grounding.pass_rate"], 94.6, Subject(None, labels=(("kind", "<x>"),)))
    markup = verdict_table("t", [verdict])._repr_html_()
    assert "RAG grounding" in markup
    assert "all tenants, <bdi>kind &lt;x&gt;</bdi>" in markup


def test_what_has_a_reason_says_it_in_a_column_of_its_own() -> None:
    rule = RULES["config.drift"]
    failed, passed = (judge("config.drift", rule, value, Subject(None), "") for value in (1, 0))
    told = judge("config.drift", rule, 1, Subject(None), "the gauge was up, <b> " + "x" * 400)
    markup = verdict_table("t", [told, passed])._repr_html_()
    assert "Because" in markup
    assert f'<td class="mc-words"><bdi>the gauge was up, &lt;b&gt; {"x" * 278} …</bdi></td>' in markup
    assert "Because" not in verdict_table("t", [failed, passed])._repr_html_()


def test_a_sum_that_does_not_agree_shows_by_how_much() -> None:
    markup = reconciliation_table("t", [Reconciliation("drivers", "-0.01", Status.FAIL)])._repr_html_()
    assert 'value="-0.01" data-reconciliation="drivers" data-status="fail">\N{MINUS SIGN}0.01</data>' in markup


def test_a_crowd_says_its_target_once_and_whoever_fails_says_everything() -> None:
    rule = RULES["grounding.pass_rate"]
    verdicts = [judge("grounding.pass_rate", rule, 96, Subject(f"T{n}", n=7)) for n in range(13)]
    verdicts.append(judge("grounding.pass_rate", rule, 90, Subject("BAD", n=7)))
    columns = (Column("Tenant", "name"), Column("Grounded", "verdict"))
    text = re.sub("<[^>]*>", "", Table("t", columns, tuple((str(v.tenant), v) for v in verdicts))._repr_html_())
    assert "Grounded target ≥ 95 %" in text
    assert "PASS: 96.0 % n = 7" in text
    assert "FAIL: 90.0 %, target ≥ 95 %, short by 5.0 pp, n = 7" in text
