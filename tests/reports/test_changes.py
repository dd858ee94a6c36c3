from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mcreports.reports.changes import Change, compare

FIGURE: dict[str, Any] = {
    "id": "budget.spend.period",
    "tenant": "A",
    "value": "1.00",
    "quality": "actual",
    "bounds": None,
    "window": ["2025-10-31T00:00:00Z", "2025-11-01T00:00:00Z"],
}
VERDICT: dict[str, Any] = {
    "check": "budget.utilization.daily",
    "tenant": "A",
    "status": "pass",
    "value": "1",
    "target": "90",
}


def test_a_quality_that_changed_is_told_though_the_value_stands() -> None:
    (change,) = compare({"figures": [FIGURE]}, {"figures": [FIGURE | {"quality": "estimated"}]})
    assert (change.field, change.was, change.now, change.tenant) == ("quality", "actual", "estimated", "A")


def test_a_verdict_that_turned_is_told() -> None:
    (change,) = compare({"verdicts": [VERDICT]}, {"verdicts": [VERDICT | {"status": "fail"}]})
    assert (change.kind, change.field, change.was, change.now) == ("verdict", "status", "pass", "fail")


def test_figures_that_come_and_go_are_told() -> None:
    other = FIGURE | {"labels": {"driver": "compute"}}
    changes = compare({"figures": [FIGURE]}, {"figures": [other]})
    assert [(change.change, change.labels, change.was, change.now) for change in changes] == [
        ("removed", (), "1.00", None),
        ("added", (("driver", "compute"),), None, "1.00"),
    ]


def test_an_unknown_figure_that_is_known_now_is_changed_and_not_added() -> None:
    (change,) = compare({"figures": [FIGURE | {"value": None}]}, {"figures": [FIGURE]})
    assert (change.change, change.was, change.now) == ("changed", None, "1.00")


def test_the_same_figure_of_another_window_is_another_figure() -> None:
    changes = compare({"figures": [FIGURE]}, {"figures": [FIGURE | {"window": ["2025-10-01T00:00:00Z", "x"]}]})
    assert [change.change for change in changes] == ["removed", "added"]


def test_a_reconciliation_that_no_longer_holds_is_told() -> None:
    entry = {"name": "tenants sum to total", "difference": "0.00", "status": "pass"}
    changes = compare(
        {"reconciliation": [entry]}, {"reconciliation": [entry | {"difference": "0.01", "status": "fail"}]}
    )
    assert [change.field for change in changes] == ["status", "difference"]


def test_every_change_comes_back_from_json() -> None:
    changes = compare(
        {"figures": [FIGURE], "verdicts": [VERDICT]}, {"figures": [FIGURE | {"value": "2", "labels": {"a": "b"}}]}
    )
    assert len(changes) == 3
    assert tuple(Change.read(json.loads(json.dumps(change.as_dict()))) for change in changes) == changes


figures = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("ab"), "tenant": st.sampled_from(["T", None]), "value": st.sampled_from(["1", None])},
        optional={"labels": st.dictionaries(st.just("driver"), st.sampled_from("xy"))},
    ),
    max_size=6,
)


@given(figures)
def test_a_report_does_not_differ_from_itself(entries: list[dict[str, Any]]) -> None:
    assert compare({"figures": entries}, {"figures": json.loads(json.dumps(entries))}) == ()


@given(figures, figures)
def test_the_changes_lead_from_the_old_values_to_the_new(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    def values(entries: list[dict[str, Any]]) -> list[str]:
        keys = [(e["id"], e["tenant"], tuple((e.get("labels") or {}).items())) for e in entries]
        return sorted(
            repr((key, keys[:at].count(key), e["value"])) for at, (key, e) in enumerate(zip(keys, entries, strict=True))
        )

    same = set(values(old)) & set(values(new))
    assert len(compare({"figures": old}, {"figures": new})) == len(
        {text.rsplit(",", 1)[0] for text in (*values(old), *values(new)) if text not in same}
    )
