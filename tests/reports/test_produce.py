"""Whole runs: what is published, that the page and the data say the same, and that a failure changes nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import pytest

from mcreports.errors import RunError, UsageError
from mcreports.reports import execute
from mcreports.reports.render import NO_PASSPORTS
from mcreports.reports.replay import replay
from mcreports.reports.verification import verify
from mcreports.snapshot import read

Publish = Callable[..., Any]
TWO = {"TENANT_001": "TENANT_001", "TENANT_005": "TENANT_005"}
SECRET = "hunter2-is-not-to-be-seen"  # noqa: S105


def body_of(run: Path) -> dict[str, Any]:
    return json.loads((run / "report.json").read_text(encoding="utf-8"))


def files_of(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()
    }


def figure_key(figure: dict[str, Any]) -> str:
    labels = ",".join(f"{name}={value}" for name, value in figure.get("labels", {}).items())
    tenant = "*" if figure["tenant"] is None else f"={figure['tenant']}"
    return f"{figure['id']}|{tenant}|{labels}|{'/'.join(at.removesuffix('T00:00:00Z') for at in figure['window'])}"


def verdict_key(verdict: dict[str, Any]) -> str:
    labels = ",".join(f"{name}={value}" for name, value in verdict.get("labels", {}).items())
    return f"{verdict['check']}|{'*' if verdict['tenant'] is None else '=' + verdict['tenant']}|{labels}"


def read_number(text: str) -> tuple[Decimal, Decimal]:
    """A printed number, and half a unit of its last digit."""
    match = re.fullmatch(r"(?:USD )?([−+]?)([\d,]+(?:\.\d+)?)([kMG]?)(?: %| s| ms| h| pp|×)?", text)
    assert match, text
    scale = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}[match[3]]
    number = Decimal(match[2].replace(",", ""))
    half = Decimal(5).scaleb(number.as_tuple().exponent - 1)  # type: ignore[operator]
    return number * scale * (-1 if match[1] == "−" else 1), half * scale


# what the demo published


def test_a_published_run_is_whole(demo_run: Path) -> None:
    found = verify(demo_run)
    assert found.is_whole
    assert (demo_run / "report.html").stat().st_size <= 300_000


def test_a_run_can_be_replayed_from_its_own_snapshot(demo_run: Path) -> None:
    assert replay(demo_run) == []


def test_the_demos_pages_are_light_enough_for_their_passports(demo_run: Path) -> None:
    page = (demo_run / "report.html").read_text(encoding="utf-8")
    assert NO_PASSPORTS not in page
    assert " of the expected samples" in page


def test_every_figure_on_the_page_is_in_the_data(demo_run: Path, scrape: Callable[[Path], Any]) -> None:
    known = {figure_key(figure): figure for figure in body_of(demo_run)["figures"]}
    shown = scrape(demo_run / "report.html").figures
    assert len(shown) > 200
    for key, value, text in shown:
        figure = known[key]
        assert value == ("" if figure["value"] is None else str(figure["value"]))
        if figure["value"] is None:
            assert text in {"n/a", "none"}
        elif figure["unit"] == "date":
            assert text in {value, f"{date.fromisoformat(value):%-d %b %Y}" if value[:1].isdecimal() else value}
        elif figure["unit"] == "instant":
            assert text == f"{value[:10]} {value[11:19]} UTC"
        else:
            number, half = read_number(text)
            assert abs(number - Decimal(str(figure["value"]))) <= half, (key, value, text)


def test_every_verdict_on_the_page_is_in_the_data(demo_run: Path, scrape: Callable[[Path], Any]) -> None:
    known = {verdict_key(verdict): verdict["status"] for verdict in body_of(demo_run)["verdicts"]}
    shown = scrape(demo_run / "report.html").verdicts
    assert shown
    assert [known[key] for key, _ in shown] == [status for _, status in shown]


def test_every_check_that_does_not_pass_is_on_the_page(demo_run: Path, scrape: Callable[[Path], Any]) -> None:
    graver = [verdict for verdict in body_of(demo_run)["verdicts"] if verdict["status"] != "pass"]
    keys = {
        verdict_key(each) for each in graver if each["check"] != "data.coverage"
    }  # a line per metric stands for these
    assert keys <= {key for key, _ in scrape(demo_run / "report.html").verdicts}


def test_every_reconciliation_is_on_the_page_as_in_the_data(demo_run: Path, scrape: Callable[[Path], Any]) -> None:
    known = [(each["name"], each["difference"], each["status"]) for each in body_of(demo_run)["reconciliation"]]
    assert scrape(demo_run / "report.html").sums == known
    assert {name for name, _, _ in known} >= {"tenants sum to total", "drivers sum to total", "days sum to period"}


def test_the_page_and_the_data_give_the_same_verdict_in_the_same_words(demo_run: Path) -> None:
    body, page = body_of(demo_run), (demo_run / "report.html").read_text(encoding="utf-8")
    assert body["verdict"]["headline"] in page.partition("</title>")[0]
    assert page.count(body["verdict"]["headline"]) > 1


@pytest.mark.parametrize("demo_run", ["daily", "weekly", "monthly"], indirect=True)
def test_a_report_on_a_period_has_the_figures_of_the_contract(demo_run: Path) -> None:
    names = {figure["id"] for figure in body_of(demo_run)["figures"]}
    spend = {f"budget.spend.{span}" for span in ("period", "mtd", "previous")}
    money = {"budget.opening_unattributed", "budget.limit.monthly", "budget.utilization.monthly"}
    ahead = {"budget.forecast.month_end", "budget.exhaustion_date", "budget.cost_per_good_operation"}
    rates = {"success_rate", "compensation_rate", "policy_violations", "residency_violations", "operations"}
    platform = {f"platform.{name}" for name in ("policy_denies", "replication_lag_p95", "graphql_p95")}
    assert names >= spend | money | ahead | platform | {f"autonomy.{rate}" for rate in rates}
    assert names >= {"grounding.checks", "grounding.pass_rate", "evidence.compliance"}


def test_a_daily_report_has_the_day_against_its_limit_and_a_monthly_one_quarter_and_year(demo_runs: Path) -> None:
    daily = {figure["id"] for figure in body_of(demo_runs / "daily" / "2025-10-31" / "r1")["figures"]}
    monthly = {figure["id"] for figure in body_of(demo_runs / "monthly" / "2025-10" / "r1")["figures"]}
    assert daily >= {"budget.limit.daily", "budget.utilization.daily", "budget.burn_rate"}
    assert monthly >= {"budget.spend.qtd", "budget.spend.ytd"}


def test_nothing_that_is_published_names_this_machine(demo_runs: Path) -> None:
    own = [os.fsencode(path) for path in (Path(execute.__file__).parents[2], Path.home(), demo_runs, Path.cwd())]
    found = [
        (name, path) for name, body in files_of(demo_runs).items() for path in own if path != b"/" and path in body
    ]
    assert found == []


# what is published of another source


@pytest.fixture(scope="module")
def first(altered: Any, produce_as: Publish, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """An output directory with one daily run of two tenants, and that run; to be copied, not to be changed."""
    output = tmp_path_factory.mktemp("first")
    return output, produce_as(altered(TWO), output)


@pytest.fixture
def standing(first: tuple[Path, Any], tmp_path: Path) -> Path:
    return Path(shutil.copytree(first[0], tmp_path / "output", symlinks=True))


def test_what_is_published_twice_is_one_revision(standing: Path, altered: Any, produce_as: Publish) -> None:
    before = files_of(standing)
    again = produce_as(altered(TWO), standing)
    assert (again.revision, again.unchanged) == (1, True)
    assert files_of(standing) == before


def test_changed_data_give_a_second_revision_that_says_what_changed(
    standing: Path, altered: Any, produce_as: Publish
) -> None:
    run = produce_as(altered(TWO, {"budget.limit_daily": 0.5}), standing)
    place = standing / "daily" / "2025-10-31"
    assert (run.revision, run.unchanged, os.readlink(place / "current")) == (2, False, "r2")
    halved = {(change.tenant, change.was, change.now) for change in run.changes if change.id == "budget.limit.daily"}
    before = {
        figure["tenant"]: figure["value"]
        for figure in body_of(place / "r1")["figures"]
        if figure["id"] == "budget.limit.daily"
    }
    assert halved == {(tenant, value, str(Decimal(value) / 2)) for tenant, value in before.items()}
    assert verify(place / "r1").is_whole


def test_the_same_snapshot_gives_the_same_notebook_and_the_same_figures(
    first: tuple[Path, Any], altered: Any, produce_as: Publish, tmp_path: Path
) -> None:
    one, two = (Path(output, produce_as(altered(TWO), output).path) for output in (first[0], tmp_path))
    assert files_of(one / "snapshot") == files_of(two / "snapshot")
    assert (one / "report.ipynb").read_bytes() == (two / "report.ipynb").read_bytes()
    assert (one / "report.json").read_bytes() == (two / "report.json").read_bytes()


def notebook(*cells: str) -> str:
    return nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]))


FAULTS = {
    "killed": (
        notebook("import os, signal", "os.kill(os.getpid(), signal.SIGKILL)"),
        r"cell 2 \(os.kill.* lost its kernel",
    ),
    "left": (notebook("import sys", "sys.exit(0)"), r"sys.exit\(0\).* ended in SystemExit: 0"),
    "error in the last cell": (
        notebook("1", "1 / 0"),
        r"cell 2 \(1 / 0\) ended in ZeroDivisionError: division by zero",
    ),
    "no closing cell": (notebook("1", "2"), "handed over no closing figures"),
    "truncated": (notebook("1", "2")[:-40], "not a whole notebook"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failing_notebook_leaves_the_last_good_run_byte_for_byte(
    standing: Path, altered: Any, produce_as: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    text, said = FAULTS[fault]
    (tmp_path / "daily.ipynb").write_text(text, encoding="utf-8")
    monkeypatch.setattr(execute, "notebook_path", lambda _: tmp_path / "daily.ipynb")
    before = files_of(standing)
    with pytest.raises(RunError, match=said):
        produce_as(altered(TWO, {"budget.limit_daily": 0.5}), standing)
    assert files_of(standing) == before
    assert os.readlink(standing / "daily" / "2025-10-31" / "current") == "r1"


def test_a_tenant_that_does_not_exist_publishes_nothing(altered: Any, tmp_path: Path, produce_as: Publish) -> None:
    with pytest.raises(UsageError, match="no tenant is called 'NOBODY'"):
        produce_as(altered(TWO), tmp_path, tenants=("NOBODY",))
    assert not list(tmp_path.rglob("r*"))


def test_secrets_of_the_environment_reach_neither_kernel_nor_artefacts(
    altered: Any, produce_as: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MCREPORTS__SOURCE__HEADERS__AUTHORIZATION", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, SECRET)
    source = execute.notebook_path("daily")
    told = nbformat.read(source, as_version=4)
    told.cells.insert(-1, nbformat.v4.new_code_cell("import os\nprint(dict(os.environ))"))
    nbformat.write(told, tmp_path / "daily.ipynb")
    monkeypatch.setattr(execute, "notebook_path", lambda _: tmp_path / "daily.ipynb")
    run = tmp_path / produce_as(altered(TWO), tmp_path).path
    assert b"IPYTHONDIR" in (run / "report.ipynb").read_bytes()
    assert [name for name, body in files_of(run).items() if SECRET.encode() in body] == []


# of each tenant alone, and of tenants with names that bite

HOSTILE = {
    "TENANT_001": '<img src=x onerror="window.ran=1">',
    "TENANT_003": "=cmd|'/c calc'!A0",
    "TENANT_005": "../..\r\n{{7*7}}\u202e",
}


@pytest.fixture(scope="module")
def hostile(altered: Any, produce_as: Publish, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("hostile")
    run = produce_as(altered(HOSTILE), output, per_tenant=True, formats=("html", "json", "csv"))
    return output / run.path


def test_hostile_tenants_are_published_whole_and_inside_the_output(hostile: Path) -> None:
    assert verify(hostile).is_whole
    assert set(body_of(hostile)["tenants"]) == set(HOSTILE.values())
    assert all(re.fullmatch(r"[\w.-]+", name, re.ASCII) for name in os.listdir(hostile / "tenants"))


def test_hostile_tenants_are_text_on_the_page_and_no_formula_in_the_csv(hostile: Path) -> None:
    page = (hostile / "report.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "&lt;img src=x onerror=" in page
    assert not re.search(r"(?m)(^|,)\"?[=+@\t\r]", (hostile / "figures.csv").read_bytes().decode())


def test_a_tenants_own_run_is_whole_and_can_be_replayed(hostile: Path) -> None:
    runs = list((hostile / "tenants").iterdir())
    assert len(runs) == len(HOSTILE)
    assert all(verify(run).is_whole for run in runs)
    assert replay(runs[0]) == []


def test_a_tenants_own_run_holds_nothing_of_anothers(hostile: Path) -> None:
    whole = {
        figure["tenant"]: figure["value"]
        for figure in body_of(hostile)["figures"]
        if figure["id"] == "budget.spend.period" and "labels" not in figure
    }
    for run in (hostile / "tenants").iterdir():
        (tenant,) = body_of(run)["tenants"]
        others = [name for name in whole if name not in {None, tenant}]
        snapshot = read(run)
        for table in (*snapshot.tables.values(), *snapshot.evidence.values()):
            assert "tenant" not in table or set(table["tenant"]) <= {tenant}
        text = b"".join(body for name, body in files_of(run).items() if not name.endswith(".parquet")).decode()
        for name in others:
            assert json.dumps(name).strip('"') not in text
            assert str(whole[name]) not in text
        assert {figure["tenant"] for figure in body_of(run)["figures"]} <= {None, tenant}


def test_a_tenants_own_figures_are_those_of_the_whole(hostile: Path) -> None:
    def own(body: dict[str, Any], tenant: str) -> dict[str, Any]:
        mine = [figure for figure in body["figures"] if figure["tenant"] == tenant]
        return {figure_key(figure): (figure["value"], figure["quality"], figure["bounds"]) for figure in mine}

    for run in (hostile / "tenants").iterdir():
        body = body_of(run)
        # alone, a tenant's operations are told by type and reason, too: of a crowd those of the gravest few
        assert own(body_of(hostile), body["tenants"][0]).items() <= own(body, body["tenants"][0]).items()


def test_a_provisional_run_says_so_and_gives_way_to_the_final_one(
    altered: Any, produce_as: Publish, tmp_path: Path
) -> None:
    early = produce_as(altered(TWO), tmp_path, now="2025-10-31T12:00:00+00:00", provisional=True)
    page = (tmp_path / early.path / "report.html").read_text(encoding="utf-8")
    assert (early.state, "PRELIMINARY" in page) == ("preliminary", True)
    late = produce_as(altered(TWO), tmp_path, provisional=True)
    assert (late.revision, late.state) == (2, "final")
    assert produce_as(altered(TWO), tmp_path).unchanged
