from __future__ import annotations

import copy
import io
import json
import re
import zipfile
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import range_boundaries

from mcreports.reports.cells import MOST_TEXT
from mcreports.reports.entries import value_cell
from mcreports.reports.workbook import workbook
from mcreports.view.format import thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = (
    "=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)", "\ttab", "cr\rlf\nnul\x00", "lone \ud800 end", "", "<script>&amp;",
    "_x0041_", "NA", "1e5", "{=1+1}", "http://evil.example", "a" * 40_000, "\N{RIGHT-TO-LEFT OVERRIDE}gpj",
    "'quoted", "😀" * 20_000,
)  # fmt: skip
SHOWN = str.maketrans({"\t": "␉", "\r": "␍", "\n": "␊", "\0": "␀", "\ud800": "\\ud800"})
PLACE = r"(?:(?:'[^']+'|[A-Za-z]+)!)?\$?[A-Z]{1,3}\$?[0-9]+(?::\$?[A-Z]{1,3}\$?[0-9]+)?"
KINDS = {
    "=@": lambda one: one[0],
    "=@-@": lambda one, two: one[0] - two[0],
    "=100*@/@": lambda one, two: 100 * one[0] / two[0],
    "=ABS(@-@)<0.005": lambda one, two: abs(one[0] - two[0]) < 0.005,
    "=SUM(@)": lambda area: sum(each for each in area if isinstance(each, int | float)),
}
TENANT, DRIVER = "TENANT_001", "compute"


def body_of(run: Path) -> dict[str, Any]:
    return json.loads((run / "report.json").read_text(encoding="utf-8"))


@pytest.fixture
def body(demo_run: Path) -> dict[str, Any]:
    return body_of(demo_run)


@pytest.fixture
def daily(demo_runs: Path) -> dict[str, Any]:
    return body_of(demo_runs / "daily" / "2025-10-31" / "r1")


def opened(body: dict[str, Any], *, cached: bool = True) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(body)), data_only=cached)


def table(sheet: Any) -> list[dict[str, Any]]:
    """The rows below the header, by the header's titles."""
    rows = list(sheet.values)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def figure(body: dict[str, Any], figure_id: str, tenant: str | None, **labels: str) -> dict[str, Any]:
    found = [
        each
        for each in body["figures"]
        if (each["id"], each["tenant"], each.get("labels", {})) == (figure_id, tenant, labels)
    ]
    assert len(found) == 1
    return found[0]


def near(cell: object, value: object) -> bool:
    return cell == "n/a" if value is None else cell == pytest.approx(float(str(value)), rel=1e-12, abs=1e-9)


class Sums:
    """Works out the few kinds of formulas that we write, from the cells that they name."""

    def __init__(self, book: Any) -> None:
        self.book = book

    def cells(self, place: str, here: Any) -> Iterator[Any]:
        name, _, area = place.rpartition("!")
        sheet = self.book[name.strip("'")] if name else here
        left, top, right, bottom = range_boundaries(area.replace("$", ""))
        for row in sheet.iter_rows(top, bottom, left, right):
            yield from (self.value(cell) for cell in row)

    def value(self, cell: Any) -> Any:
        text = cell.value
        return self.worked_out(text, cell.parent) if isinstance(text, str) and cell.data_type == "f" else text

    def worked_out(self, formula: str, here: Any) -> Any:
        areas = [list(self.cells(place, here)) for place in re.findall(PLACE, formula)]
        shape = re.sub(PLACE, "@", formula)
        if shape in KINDS:
            return KINDS[shape](*areas)
        if shape.startswith("=COUNTIF(@,"):
            return areas[0].count(shape.split('"')[1])
        assert re.fullmatch(r'=SUMIFS\(@,@,">="&DATE\([0-9,]+\),@,"<="&DATE\([0-9,]+\)\)', shape), formula
        first, last = (datetime(*map(int, at.split(","))) for at in re.findall(r"DATE\(([0-9,]+)", shape))  # noqa: DTZ001
        return sum(amount for amount, at in zip(*areas[:2], strict=True) if first <= at <= last)


def test_every_figure_is_listed_with_the_value_that_report_json_has(body: dict[str, Any]) -> None:
    rows = table(opened(body)["Figures"])
    assert len(rows) == len(body["figures"])
    for row, entry in zip(rows, body["figures"], strict=True):
        assert (row["Figure"], row["Tenant"], row["Quality"]) == (entry["id"], entry["tenant"], entry["quality"])
        if entry["unit"] in {"date", "instant", "severity"} and entry["value"]:
            assert row["Value"] == entry["value"]
        else:
            assert near(row["Value"], entry["value"]), entry
        assert row["Start, UTC"].replace(tzinfo=UTC) == datetime.fromisoformat(entry["window"][0])


def test_every_verdict_is_listed(body: dict[str, Any]) -> None:
    rows = table(opened(body)["Verdicts"])
    assert [(row["Id"], row["Tenant"], row["Status"]) for row in rows] == [
        (each["check"], each["tenant"], each["status"]) for each in body["verdicts"]
    ]
    for row, each in zip(rows, body["verdicts"], strict=True):
        assert near(row["Value"], each["value"])
        assert near(row["Target"], each["target"])


def test_every_formula_gives_its_cached_value(body: dict[str, Any]) -> None:
    live, cached = opened(body, cached=False), opened(body)
    sums, count = Sums(live), 0
    for sheet in live:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    count += 1
                    known = cached[sheet.title][cell.coordinate].value
                    expected = known if isinstance(known, str) else pytest.approx(known, rel=1e-9, abs=1e-6)
                    assert sums.value(cell) == expected, (sheet.title, cell.coordinate)
    assert count > 30


def test_the_budget_adds_up_by_formulas_whose_results_are_the_figures(daily: dict[str, Any]) -> None:
    live, cached = (opened(daily, cached=which)["Budget"] for which in (False, True))
    last = live.max_row
    assert [live[f"{column}{last}"].value for column in "BCD"] == [f"=SUM({c}2:{c}{last - 1})" for c in "BCD"]
    assert [live[f"{column}2"].value for column in "DE"] == ["=B2-C2", "=100*D2/C2"]
    for row, tenant in ((2, TENANT), (last, None)):
        for column, figure_id in (
            ("B", "budget.spend.mtd"), ("C", "budget.limit.to_date"), ("D", "budget.variance.mtd"),
            ("E", "budget.variance.mtd_percent"), ("F", "budget.forecast.month_end"), ("I", "budget.limit.monthly"),
            ("J", "budget.variance.month"), ("L", "budget.utilization.monthly"),
        ):  # fmt: skip
            assert near(cached[f"{column}{row}"].value, figure(daily, figure_id, tenant)["value"]), (column, row)


def test_drivers_and_days_add_up_across_and_down(daily: dict[str, Any]) -> None:
    book = opened(daily, cached=False)
    drivers, days, tenants = book["Drivers"], book["Days"], book["Tenant days"]
    assert drivers["E2"].value == "=SUM(B2:D2)"
    assert drivers["B8"].value == "=SUM(B2:B7)"
    assert days["E33"].value == "=SUM(E2:E32)"
    assert tenants["AG2"].value == "=SUM(B2:AF2)"
    values = opened(daily)
    assert near(values["Days"]["E33"].value, figure(daily, "budget.spend.mtd", None)["value"])
    assert near(values["Drivers"]["B2"].value, figure(daily, "budget.spend.period", TENANT, driver=DRIVER)["value"])
    assert near(values["Tenant days"]["AG2"].value, figure(daily, "budget.spend.mtd", TENANT)["value"])


def test_the_checks_agree_by_live_formulas(body: dict[str, Any]) -> None:
    live, cached = (opened(body, cached=which)["Checks"] for which in (False, True))
    rows = {row["What must agree"]: row for row in table(cached)}
    assert set(rows) >= {each["name"] for each in body["reconciliation"]}
    assert [row["Agrees"] for row in rows.values() if row["The parts give"] is not None].count(True) >= 3
    assert False not in [row["Agrees"] for row in rows.values()]
    assert live["F2"].value == "=ABS(C2-D2)<0.005"
    assert live["C2"].value.startswith("=SUM('Drivers'!")


def test_a_sum_that_is_not_its_parts_is_said_and_not_made_up(daily: dict[str, Any]) -> None:
    wrong = copy.deepcopy(daily)
    figure(wrong, "budget.spend.period", TENANT)["value"] = "999.99"
    live, cached = opened(wrong, cached=False), opened(wrong)
    checks = {row["What must agree"]: row for row in table(cached["Checks"])}
    assert checks["tenants sum to total"]["Agrees"] is False
    assert checks["drivers sum to total"]["Agrees"] is True
    assert cached["Drivers"]["E2"].value == live["Drivers"]["E2"].value == 999.99
    total = live["Drivers"]["E8"]
    assert total.value == "=SUM(B8:D8)"
    assert near(cached["Drivers"]["E8"].value, figure(daily, "budget.spend.period", None)["value"])


def test_a_total_that_the_rows_do_not_give_is_a_number_with_a_note(daily: dict[str, Any]) -> None:
    wrong = copy.deepcopy(daily)
    figure(wrong, "budget.limit.monthly", None)["value"] = "1.00"
    cell = opened(wrong, cached=False)["Budget"]["I8"]
    assert cell.value == 1
    assert cell.comment.text.startswith("as reported; the rows add up to 95,000.00")


def test_what_is_unknown_is_said_with_its_reason_and_is_no_zero(daily: dict[str, Any]) -> None:
    entry = figure(daily, "budget.limit.monthly", TENANT)
    entry |= {"value": None, "quality": "unknown", "reason": "no sample of it"}
    live = opened(daily, cached=False)["Budget"]
    assert live["I2"].value == "n/a"
    assert live["I2"].comment.text == "no sample of it"
    assert "Budget of the month: unknown (no sample of it)" in table(opened(daily)["Budget"])[0]["Estimated or unknown"]
    assert live["J2"].data_type != "f"  # a difference from what is not known


def test_estimates_are_italic_and_named_in_a_column(demo_runs: Path) -> None:
    weekly = body_of(demo_runs / "weekly" / "2025-W44" / "r1")
    sheet = opened(weekly)["Budget"]
    assert (sheet["F2"].font.i, sheet["B2"].font.i) == (True, False)
    assert "Month end" in table(sheet)[0]["Estimated or unknown"]


def test_names_of_any_kind_are_text(daily: dict[str, Any]) -> None:
    for part in range(0, len(HOSTILE), len(daily["tenants"])):
        names = dict(zip(daily["tenants"], HOSTILE[part:], strict=False))
        renamed = copy.deepcopy(daily)
        for each in (*renamed["figures"], *renamed["verdicts"]):
            each["tenant"] = names.get(each["tenant"], each["tenant"])
            each["reason"] = f"{each['tenant']} said so"
            if each.get("labels", {}).get("driver") == DRIVER:
                each["labels"]["driver"] = next(iter(names.values()))
        renamed["verdict"]["headline"] = renamed["verdict"]["sentences"][0] = "".join(names.values())
        live = opened(renamed, cached=False)
        cells = {row["Tenant"] for row in table(live["Figures"])} | {row["Tenant"] for row in table(live["Budget"])}
        for name in names.values():
            expected = name.translate(SHOWN)
            if len(name.encode("utf-16-le", "surrogatepass")) // 2 > MOST_TEXT:
                assert any(cell and cell[:100] == expected[:100] and "cut here" in cell for cell in cells)
            else:
                assert (expected or "(no name)") in cells, name
        formulas = [cell.value for sheet in live for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert all(re.match(r"=(SUM|SUMIFS|ABS|COUNTIF|100\*|\w+-|'\w)", text) for text in formulas)


def test_text_that_looks_like_a_formula_stays_text_when_it_is_edited(daily: dict[str, Any]) -> None:
    for each in daily["figures"]:
        each["tenant"] = each["tenant"] and "=1+1"
    sheet = opened(daily, cached=False)["Figures"]
    cell = next(row[1] for row in sheet.iter_rows(2) if row[1].value)
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_headers_stay_in_sight_are_filtered_and_repeat_in_print(body: dict[str, Any]) -> None:
    book = opened(body)
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert (sheet.print_title_rows, sheet.page_setup.orientation) == ("$1:$1", "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "&P of &N" in sheet.oddFooter.right.text.replace("&[Page]", "&P").replace("&[Pages]", "&N")


def test_amounts_and_percentages_have_their_formats(daily: dict[str, Any]) -> None:
    sheet = opened(daily)["Budget"]
    assert sheet["B2"].number_format == "#,##0.00"
    assert sheet["D2"].number_format == '+#,##0.00" over";-#,##0.00" under";#,##0.00'
    assert sheet["L2"].number_format == "#,##0.0"


def test_each_report_has_the_sheets_that_it_has_figures_for(demo_runs: Path) -> None:
    runs = {run.parts[-3]: run for run in demo_runs.glob("*/*/r1")}
    sheets = {kind: opened(body_of(run)).sheetnames for kind, run in runs.items()}
    means = ["Forecast", "Bridge", "Quality", "Quality over time", "Error budgets"]
    last = ["Figures", "Verdicts", "Checks"]
    money = ["Summary", "Budget", "Drivers", "Days", "Tenant days", *means]
    assert sheets["daily"] == [*money, *last]  # nothing stood out on that day
    assert sheets["weekly"] == sheets["monthly"] == [*money, "Anomalies", *last]
    assert sheets["trends"] == ["Summary", "Drivers", "Months", "Tenant months", *means, "Anomalies", *last]


def test_the_summary_says_how_things_stand(daily: dict[str, Any]) -> None:
    rows = {row[0]: row[1] for row in opened(daily)["Summary"].values if row[0]}
    assert rows["Verdict"] == f"▲ FAIL: {daily['verdict']['headline']}"
    assert rows["State"] == "FINAL, revision 1"
    assert rows["Run"] == daily["run_id"]
    assert near(rows["Month to date"], figure(daily, "budget.spend.mtd", None)["value"])
    assert rows["Checks: FAIL"] == sum(each["status"] == "fail" for each in daily["verdicts"])
    assert daily["verdict"]["sentences"][0] == rows["In words"]


def test_a_report_about_nothing_opens() -> None:
    day = {"label": "2025-10-31", "start": "2025-10-31T00:00:00Z", "end": "2025-11-01T00:00:00Z", "zone": "UTC"}
    nothing = {
        "report": "daily", "period": day,
        "state": "preliminary", "revision": 1, "run_id": "r", "definition": "d", "source": {"kind": "k", "url": "u"},
        "verdict": {"status": "unknown", "headline": "nothing"}, "figures": [], "verdicts": [],
        "reconciliation": [{"name": "tenants sum to total", "difference": "n/a", "status": "unknown"}],
    }  # fmt: skip
    book = opened(nothing)
    assert book.sheetnames == ["Summary", "Figures", "Verdicts", "Checks"]
    assert table(book["Checks"])[0]["Verdict of the run"] == "○ NO DATA"


def test_the_same_report_gives_the_same_bytes_and_says_when_it_was_made(daily: dict[str, Any]) -> None:
    first = workbook(daily)
    assert first == workbook(copy.deepcopy(daily))
    core = zipfile.ZipFile(io.BytesIO(first)).read("docProps/core.xml").decode()
    assert f'<dcterms:created xsi:type="dcterms:W3CDTF">{daily["generated_at"]}</dcterms:created>' in core


@pytest.mark.parametrize("value", ["12345678901234567.89", "99999999999999999999", 2**60 + 1, 1e300])
def test_a_number_with_more_digits_than_a_spreadsheet_keeps_is_text(value: str | float) -> None:
    assert value_cell(value, "USD" if isinstance(value, str) else "").value == str(value)


@given(st.decimals(0, 101, places=6, allow_nan=False).map(float))
def test_a_rate_is_never_drawn_on_a_mark_that_it_is_not_at(value: float) -> None:
    check = "autonomy.success_rate"
    pattern = value_cell(value, "%", check).look.number
    places = len(pattern.partition(".")[2])
    drawn = Fraction(Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
    exact = Fraction(value)
    for mark in (*thresholds(check), Fraction(0), Fraction(100)):
        assert (drawn > mark) - (drawn < mark) == (exact > mark) - (exact < mark)
