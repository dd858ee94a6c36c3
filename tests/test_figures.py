from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.errors import DataError
from mcreports.figures import Figure, Figures, Quality, plain

START = datetime(2025, 10, 31, tzinfo=UTC)
WINDOW = (START, START + timedelta(days=1))
COST = Figure("budget.spend.period", "T", Decimal("279.10"), "USD", WINDOW, 'cost{tenant="T"}', "counter.curve")


def labelled(**labels: str) -> Figure:
    return replace(COST, labels=tuple(sorted(labels.items())))


def test_a_figure_is_the_contracts_json() -> None:
    figure = replace(COST, bounds=(Decimal("279.10"), None), labels=(("driver", "compute"),), samples=1440)
    assert figure.as_dict() == {
        "id": "budget.spend.period", "tenant": "T", "labels": {"driver": "compute"}, "value": "279.10", "unit": "USD",
        "window": ["2025-10-31T00:00:00Z", "2025-11-01T00:00:00Z"], "quality": "actual", "bounds": ["279.10", None],
        "coverage": None, "samples": 1440, "resets": 0, "query": 'cost{tenant="T"}', "method": "counter.curve",
        "reason": "",
    }  # fmt: skip
    assert "labels" not in COST.as_dict()


def test_an_unknown_value_is_null() -> None:
    figure = replace(COST, value=None, quality=Quality.UNKNOWN)
    assert (figure.as_dict()["value"], figure.as_dict()["quality"], figure.is_known) == (None, "unknown", False)


@pytest.mark.parametrize(
    ("value", "told"), [(Decimal("0.00"), "0.00"), (Decimal("1E+7"), "10000000"), (3, 3), (0.5, 0.5), ("x", "x")]
)
def test_money_travels_as_text_and_nothing_else_does(value: object, told: object) -> None:
    assert plain(value) == told  # type: ignore[arg-type]


def test_two_figures_of_one_fact_are_refused() -> None:
    with pytest.raises(DataError, match="two figures are called"):
        Figures([COST, replace(COST, value=Decimal(1))])


names = st.text(st.sampled_from(r"A|,=\driver*x"), max_size=8)


@given(names, names, names, names)
def test_no_two_names_share_a_key(tenant: str, driver: str, other_tenant: str, other_driver: str) -> None:
    one = replace(COST, tenant=tenant, labels=(("driver", driver),))
    two = replace(COST, tenant=other_tenant, labels=(("driver", other_driver),))
    assert (one.key == two.key) == ((tenant, driver) == (other_tenant, other_driver))
    assert replace(COST, tenant=tenant).key != one.key
    assert replace(COST, tenant=tenant).key != replace(COST, tenant=None).key


def test_a_figure_is_found_by_id_tenant_labels_and_start() -> None:
    before = replace(COST, window=(START - timedelta(days=1), START))
    figures = Figures([COST, before, labelled(driver="x"), replace(COST, tenant=None)], WINDOW)
    assert figures.find("budget.spend.period", "T") is COST
    assert figures.find("budget.spend.period", "T", before.window[0]) is before
    assert figures.find("budget.spend.period", "T", driver="x").labels == (("driver", "x"),)
    assert figures.find("budget.spend.period").tenant is None
    assert len(figures.where("budget.spend.period")) == 4
    assert figures.of("budget.spend.period", "T") == (COST, before, labelled(driver="x"))
    assert figures.of("budget.spend.period", "nobody") == ()


def test_of_several_windows_the_reports_own_is_meant_else_the_last() -> None:
    before = replace(COST, window=(START - timedelta(days=1), START))
    assert Figures([COST, before], before.window).find("budget.spend.period", "T") is before
    assert Figures([before, COST]).find("budget.spend.period", "T") is COST


def test_a_figure_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="no figure is called nothing for 'T'"):
        Figures([COST]).find("nothing", "T")
