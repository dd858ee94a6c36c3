"""Names that are completed."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest
from IPython.core.completer import IPCompleter, provisionalcompleter

from mcreports.errors import UsageError
from mcreports.metrics import CATALOGUE
from mcreports.workbench.names import Names

if TYPE_CHECKING:
    from mcreports.workbench.bench import Workbench


def completed(text: str, **known: object) -> set[str]:
    completer = IPCompleter(shell=None, namespace=known, global_namespace={})
    completer.use_jedi = False
    with provisionalcompleter():
        return {one.text.lstrip(".") for one in completer.completions(text, len(text))}


def test_tenants_are_completed_as_attributes_and_as_keys(demo: Workbench) -> None:
    assert completed("tenants.TEN", tenants=demo.tenants) == {f"TENANT_00{n}" for n in range(1, 7)}
    assert "TENANT_004" in str(completed('tenants["TENANT_00', tenants=demo.tenants))
    assert demo.tenants.TENANT_004 == demo.tenants["TENANT_004"] == demo.tenants[3] == "TENANT_004"


def test_metrics_are_completed_and_are_their_keys(demo: Workbench) -> None:
    assert demo.catalogue.budget_cost == demo.catalogue["budget.cost"] == "budget.cost"
    assert set(demo.catalogue) == set(CATALOGUE)
    assert "budget_cost" in completed("catalogue.budget_c", catalogue=demo.catalogue)


def test_a_name_that_is_no_word_of_python_is_had_by_its_text_or_its_place(wild: Workbench) -> None:
    assert not {"class", "..", "two\nlines"} & set(dir(wild.tenants))
    assert all(wild.tenants[name] == wild.tenants[place] == name for place, name in enumerate(wild.tenants))
    assert "␊" in repr(wild.tenants)


def test_a_name_that_there_is_not_is_told_with_those_that_are_like_it() -> None:
    names = Names("tenant", {"ALPHA": "ALPHA", "BETA": "BETA"})
    with pytest.raises(AttributeError, match="did you mean ALPHA"):
        _ = names.ALPHAA
    with pytest.raises(UsageError, match="there are ALPHA, BETA"):
        _ = names["x"]
    with pytest.raises(UsageError, match="the last is number 1"):
        _ = names[2]


def test_names_can_be_copied() -> None:
    assert list(copy.deepcopy(Names("tenant", {"A": "A"}))) == ["A"]


def test_several_names_at_once_are_refused_in_words() -> None:
    with pytest.raises(UsageError, match="by its name, one at a time; list is none"):
        Names("tenant", {"A": "A"})[["A"]]  # type: ignore[index]
