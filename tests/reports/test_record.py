"""``report.json`` and its CSV: held to the schema, to the contract, and to a spreadsheet's safety."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastjsonschema
import jsonschema
import pytest

from mcreports.errors import RunError
from mcreports.reports import record as record_module
from mcreports.reports.record import figures_csv, record, schema, verdicts_csv
from mcreports.snapshot import read

KEYS = {"schema", "report", "period", "state", "revision", "run_id", "definition", "source", "verdict", "figures"}
KEYS |= {"verdicts", "reconciliation"}
PARTS = ("verdict", "figures", "verdicts", "reconciliation", "notes")
RUN = ("revision", "run_id", "definition", "snapshot", "generated_at")


@pytest.fixture
def body(demo_run: Path) -> dict[str, Any]:
    return json.loads((demo_run / "report.json").read_text(encoding="utf-8"))


@pytest.fixture
def daily(demo_runs: Path) -> dict[str, Any]:
    return json.loads((demo_runs / "daily" / "2025-10-31" / "r1" / "report.json").read_text(encoding="utf-8"))


def test_a_report_fits_its_schema_and_has_the_keys_of_the_contract(body: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(schema()).validate(body)
    assert body.keys() >= KEYS
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", body["definition"])


def test_the_schema_that_is_shipped_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_money_is_text_with_two_places_and_the_unknown_is_null(body: dict[str, Any]) -> None:
    for figure in body["figures"]:
        assert (figure["value"] is None) == (figure["quality"] == "unknown")
        for value in (figure["value"], *(figure["bounds"] or ())):
            if figure["unit"] == "USD" and value is not None:
                assert re.fullmatch(r"-?\d+\.\d\d", value)


def test_what_is_not_known_exactly_says_why_or_within_which_bounds(body: dict[str, Any]) -> None:
    ahead = {"budget.forecast.past_error", "budget.exhaustion_date"}  # of a forecast, which has bounds itself
    vague = [figure for figure in body["figures"] if figure["quality"] == "estimated" and figure["id"] not in ahead]
    assert [figure["id"] for figure in vague if not figure["reason"] and not figure["bounds"]] == []


def test_no_figure_is_there_twice(body: dict[str, Any]) -> None:
    keys = [json.dumps([f["id"], f["tenant"], f.get("labels"), f["window"]], sort_keys=True) for f in body["figures"]]
    assert len(keys) == len(set(keys))


def test_every_verdict_rests_on_figures_that_are_there(body: dict[str, Any]) -> None:
    names = {figure["id"] for figure in body["figures"]}
    assert {name for verdict in body["verdicts"] for name in verdict["figures"]} <= names


def test_no_check_passes_without_a_value(body: dict[str, Any]) -> None:
    assert [each for each in body["verdicts"] if each["status"] == "pass" and each["value"] is None] == []


def test_bounds_hold_the_value(daily: dict[str, Any]) -> None:
    for figure in daily["figures"]:
        low, high = figure["bounds"] or (None, None)
        if figure["unit"] == "USD" and figure["value"] is not None:
            assert low is None or float(low) <= float(figure["value"])
            assert high is None or float(figure["value"]) <= float(high)


# what is not published


@pytest.fixture
def again(demo_runs: Path, daily: dict[str, Any]) -> Callable[[Callable[[dict[str, Any]], None]], Any]:
    """Makes the daily report's record again, after its closing figures were spoilt."""

    def make(spoil: Callable[[dict[str, Any]], None]) -> Any:
        closing = copy.deepcopy({part: daily[part] for part in PARTS})
        spoil(closing)
        return record(read(demo_runs / "daily" / "2025-10-31" / "r1"), closing, {name: daily[name] for name in RUN})

    return make


def test_the_same_closing_gives_the_same_record(again: Callable[..., Any], daily: dict[str, Any]) -> None:
    assert again(lambda _: None) == daily


def first(closing: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    return next(each for each in closing["figures"] if all(each[name] == value for name, value in wanted.items()))


SPOILT = {
    "money with three places": (lambda c: first(c, unit="USD").update(value="1.000"), "figures/0/value"),
    "money as a number": (lambda c: first(c, unit="USD").update(value=1.5), "figures/0/value"),
    "a value that is unknown": (lambda c: first(c, quality="unknown", unit="%").update(value=1), "quality"),
    "a known figure without a value": (lambda c: first(c, quality="actual").update(value=None), "quality"),
    "a figure without its window": (lambda c: c["figures"][0].pop("window"), "window"),
    "coverage over 1": (lambda c: c["figures"][0].update(coverage=1.5), "coverage"),
    "another status": (lambda c: c["verdicts"][0].update(status="fine"), "verdicts/0/status"),
    "no headline": (lambda c: c["verdict"].update(headline=""), "verdict/headline"),
    "better than its checks": (lambda c: c["verdict"].update(status="warn"), "calls the report warn while .* is fail"),
    "a pass without a value": (
        lambda c: next(v for v in c["verdicts"] if v["status"] == "pass").update(value=None),
        "passes without a value",
    ),
    "a sum that fails": (lambda c: (c["verdicts"].clear(), c["verdict"].update(status="pass"),
                                    c["reconciliation"][0].update(status="fail")), "calls the report pass"),
}  # fmt: skip


@pytest.mark.parametrize("fault", SPOILT)
def test_a_closing_that_cannot_be_is_not_published(again: Callable[..., Any], fault: str) -> None:
    spoil, said = SPOILT[fault]
    with pytest.raises(RunError, match=said):
        again(spoil)


# as CSV


def test_the_csv_has_every_figure_and_every_verdict(daily: dict[str, Any]) -> None:
    figures = list(csv.DictReader(io.StringIO(figures_csv(daily["figures"]))))
    verdicts = list(csv.DictReader(io.StringIO(verdicts_csv(daily["verdicts"]))))
    assert [row["value"] for row in figures] == [
        "" if f["value"] is None else str(f["value"]) for f in daily["figures"]
    ]
    assert [row["status"] for row in verdicts] == [verdict["status"] for verdict in daily["verdicts"]]


@pytest.mark.parametrize(
    "name", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/c calc'!A0", "－1", "＝1"]
)
def test_no_name_is_a_formula_in_the_csv(daily: dict[str, Any], name: str) -> None:
    text = figures_csv([{**daily["figures"][0], "tenant": name}])
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["tenant"] == f"'{name}"


@pytest.mark.parametrize("value", ["-12.50", "1e5", "0.00", "-0.01"])
def test_negative_money_stays_a_number_in_the_csv(daily: dict[str, Any], value: str) -> None:
    (row,) = csv.DictReader(io.StringIO(figures_csv([{**daily["figures"][0], "value": value}])))
    assert row["value"] == value


ODD: list[Any] = [
    None, True, False, 0, 1, -1, 1.0, 0.5, 2.5, "", "x", "1.00", "-1.00", "1.0", "1.00\n", "pass", "actual", "unknown",
    "2025-10-31T00:00:00Z", "2025-10-31T00:00:00Z\n", "2025-10-31", [], ["x"], [None, None], {}, {"x": "y"}, {"x": 1},
]  # fmt: skip


@pytest.mark.parametrize("part", ["figures", "verdicts", "reconciliation"])
def test_the_compiled_schema_refuses_exactly_what_the_schema_refuses(daily: dict[str, Any], part: str) -> None:
    slow = jsonschema.Draft202012Validator(schema())
    fast = record_module.fits()
    small = {**daily, "figures": [], "verdicts": [], "reconciliation": []}
    chosen = {json.dumps([each.get("unit"), each.get("status"), each.get("quality")]): each for each in daily[part]}
    for entry in list(chosen.values())[:3]:
        for key in (*entry, "labels", "surprise"):
            bodies = [{**small, part: [{**entry, key: odd}]} for odd in ODD]
            bodies.append({**small, part: [{name: value for name, value in entry.items() if name != key}]})
            for body in bodies:
                try:
                    fast(body)
                    is_fit = True
                except fastjsonschema.JsonSchemaException:
                    is_fit = False
                # Python's $ lets a newline pass, JSON Schema's does not: there the compiled one is the stricter
                assert is_fit == slow.is_valid(body) or ("\\n" in json.dumps(body[part]) and not is_fit), body[part]
