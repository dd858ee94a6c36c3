"""An answer as a notebook shows it, and as a DataFrame."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from mcreports.workbench.result import Result

if TYPE_CHECKING:
    from mcreports.workbench.bench import Workbench


def html(result: pd.DataFrame) -> str:
    shown = result._repr_html_()  # type: ignore[operator]
    assert isinstance(shown, str)
    return shown


def test_the_verdict_the_freshness_and_n_stand_above_the_rows(demo: Workbench) -> None:
    shown = html(demo.cost("2025-10-31", "tenant"))
    assert '<div class="mc mc-band mc-pass">' in shown
    assert "PASS: Spend of 2025-10-31:" in shown
    assert "n = 864 samples" in shown
    assert "Data through 2025-11-01 00:00 UTC." in shown


def test_what_fails_is_named_with_its_target(demo: Workbench) -> None:
    shown = html(demo.rates("2025-10-30", "tenant", "TENANT_003"))
    assert "mc-band mc-fail" in shown
    assert "TENANT_003: FAIL: 99.2" in shown


def test_every_number_that_is_shown_carries_its_passport(demo: Workbench) -> None:
    found = demo.cost("2025-10-31", "tenant")
    shown = html(found)
    assert all(f'data-figure="{key}"' in shown for key in found["figure"])
    assert "counter.curve" in shown


def test_at_most_50_rows_are_shown_and_the_others_are_counted(demo: Workbench) -> None:
    found = demo.cost("2025-10-31", ("tenant", "hour"))
    shown = html(found)
    assert shown.count("<tr>") - 1 == 50
    assert f"{len(found) - 50} more rows are in the DataFrame." in shown


def test_a_part_of_an_answer_says_of_how_many_it_is(demo: Workbench) -> None:
    found = demo.cost("2025-10-31")
    part = found[found["tenant"] == "TENANT_001"]
    assert isinstance(part, Result)
    assert "3 of 18 rows are shown." in html(part)


def test_a_number_that_was_changed_is_no_longer_shown_as_its_figure(demo: Workbench) -> None:
    found = demo.cost("2025-10-31", "tenant")
    found.loc[0, "usd"] = Decimal("1.00")
    shown = html(found)
    assert f'data-figure="{found["figure"][0]}"' not in shown
    assert ">1.00</td>" in shown


def test_a_table_of_other_columns_says_nothing_of_the_first(demo: Workbench) -> None:
    found = demo.cost("2025-10-31")
    for other in (found[["tenant", "usd"]], found.groupby("tenant", observed=True)[["usd"]].sum()):
        assert "mc-band" not in html(other)


def test_an_answer_is_a_dataframe_that_can_be_worked_with(demo: Workbench) -> None:
    found = demo.cost("2025-10-31")
    wide = found.pivot_table(index="tenant", columns="driver", values="usd", aggfunc="sum", observed=True)
    assert wide.loc["TENANT_001"].sum() == found.loc[found["tenant"] == "TENANT_001", "usd"].sum()
    assert isinstance(found["usd"], pd.Series)
    assert (found["usd"] + found["usd"]).sum() == 2 * found["usd"].sum()
    assert found.copy().said is found.said


def test_an_answer_can_be_kept_in_a_file(demo: Workbench) -> None:
    found = demo.rates("2025-10-31")
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own bytes
    pd.testing.assert_frame_equal(again, found)
    assert again.said == found.said


def test_names_are_shown_literally_and_safely(wild: Workbench) -> None:
    for found in (wild.cost("2025-08-28"), wild.raw("budget.cost", "2025-08-28T00:00Z..2025-08-28T01:00Z")):
        shown = html(found)
        assert "<script>" not in shown
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
        assert "{{7*7}}" in shown


def test_what_it_is_connected_to_is_shown(demo: Workbench, wild: Workbench) -> None:
    assert "The embedded demo, whose data are invented" in demo._repr_html_()
    assert "<script>" not in wild._repr_html_()
    assert "Tenants: TENANT_001, TENANT_002" in demo._repr_html_()
    assert str(demo).startswith("Workbench(demo://?seed=7")


def test_nothing_at_all_is_unknown_and_not_a_pass(demo: Workbench) -> None:
    found = demo.cost("2025-10-08", "tenant", "TENANT_006")
    assert found.verdict == "unknown"
    assert "NO DATA" in html(found)
    assert found["usd"].isna().all()


@pytest.mark.parametrize("verb", ["promql", "command", "freshness"])
def test_a_table_that_is_no_answer_says_nothing(verb: str) -> None:
    assert getattr(Result({"a": [1]}), verb) == ""
