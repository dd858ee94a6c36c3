"""``mcreports lab`` as an analyst meets it: notebooks run, ranges are brushed, what is acknowledged is carried on."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import requests
from playwright.sync_api import expect

from mcreports.view.theme import DARK, LIGHT

LONG = 90_000  # ms: a busy machine is slow, which is no failure
RUN = "daily/2025-10-31"

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator


def test_it_says_where_it_is_and_puts_the_notebooks_there(lab: Any) -> None:
    assert {path.name for path in lab.directory.glob("*.ipynb")} == {
        "explore.ipynb", "incident.ipynb", "explore-daily-2025-10-31-r1.ipynb",
    }  # fmt: skip
    assert "/lab/tree/explore-daily-2025-10-31-r1.ipynb?token=" in lab.url


def test_nobody_enters_without_the_token(lab: Any) -> None:
    assert requests.get(f"{lab.origin}/api/contents", timeout=30).status_code == 403


def test_what_is_brushed_is_shown_as_rows_as_promql_and_as_a_command_that_gives_them_again(
    lab: Any, notebook: Callable[..., Any]
) -> None:
    explore = notebook("explore")
    explore.run_all()
    assert explore.errors() == []
    for call in ("mc.cost(", "mc.rates("):
        text = explore.output(call).inner_text()
        assert re.search(r"(PASS|WATCH|WITHIN|OVER|FAIL|NO DATA): .*n = [\d,]+", text)
        assert "Data through 2025-11-01 00:00 UTC" in text
    _drag(explore, explore.output("mc.brush("))
    promql, command = (_region(explore, name).inner_text() for name in ("PromQL", "The same from a shell"))
    assert promql.startswith('mc_tenant_cost_total_usd{tenant="TENANT_')
    rows = explore.run("print(len(brush.selection.frame), brush.selection.frame.usd.sum())").inner_text().split()
    again = lab.mcreports(*_words(command), "--json")
    assert again.returncode == 0
    assert len(json.loads(again.stdout)["rows"]) == int(rows[0]) > 0
    _acknowledge(lab, explore)
    explore.write("mc.tenants.")
    explore.page.keyboard.press("Tab")
    explore.page.locator(".jp-Completer-item", has_text="TENANT_004").wait_for()
    assert (explore.complaints, explore.strangers) == ([], [])


def test_a_chart_is_as_wide_as_its_place_and_as_dark_as_jupyterlab(notebook: Callable[..., Any]) -> None:
    incident = notebook("incident")
    incident.run_all()
    shown = incident.run("import mcreports as mc; mc.connect().brush('2025-10-21', tenant='TENANT_002')")
    plot = shown.locator(".js-plotly-plot")
    wide = "each => each._fullLayout.width === each.clientWidth"
    incident.page.wait_for_function(f"() => [...document.querySelectorAll('.js-plotly-plot')].every({wide})")
    title, subtitle = (plot.locator(name).bounding_box() for name in (".gtitle", ".gtitle-subtitle"))
    assert title["y"] + title["height"] <= subtitle["y"] + 4
    for theme, colours in (("JupyterLab Dark", DARK), ("JupyterLab Light", LIGHT)):
        incident.page.get_by_role("menuitem", name="Settings", exact=True).click()
        incident.page.get_by_text("Theme", exact=True).first.click()
        incident.page.get_by_text(theme, exact=True).first.click()
        for name, drawn, role in (
            ("fill", ".gtitle", "ink"), ("background-color", ".main-svg", "ground"), ("stroke", ".js-line", "actual"),
        ):  # fmt: skip
            expect(plot.locator(drawn).first).to_have_css(name, _rgb(colours[role]), timeout=LONG)
    assert incident.errors() == []


def _rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


def _acknowledge(lab: Any, explore: Any) -> None:
    """What is acknowledged in the notebook is carried by the report that is published next."""
    explore.run("spike = anomalies[(anomalies.tenant == tenant) & (anomalies.what == 'budget.cost')].id.iloc[0]")
    kept = explore.run("print(anomalies.acknowledge(spike, note='load test, CHG-1042', by='ops'))").inner_text()
    assert kept.startswith("acknowledgements/")
    published = lab.mcreports("report", "daily", "--period=2025-10-21")
    assert published.returncode == 0, published.stderr
    page = (lab.directory / "output/daily/2025-10-21/current/report.ipynb").read_text(encoding="utf-8")
    assert "load test, CHG-1042" in page
    assert "load test, CHG-1042" not in (lab.directory / "output" / RUN / "current/report.ipynb").read_text("utf-8")


def _drag(explore: Any, output: Locator) -> None:
    """Brush a tenth of the width with the mouse."""
    plot = output.locator(".nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    across, down = (lambda part: box["x"] + box["width"] * part), box["y"] + box["height"] / 2
    mouse = explore.page.mouse
    mouse.move(across(0.6), down)
    mouse.down()
    mouse.move(across(0.65), down, steps=4)
    mouse.move(across(0.7), down, steps=4)
    mouse.up()
    _region(explore, "PromQL").wait_for()


def _region(explore: Any, name: str) -> Locator:
    """A part of what is shown below the brush."""
    found: Locator = explore.output("mc.brush(").get_by_role("region", name=name, exact=True)
    return found


def _words(command: str) -> list[str]:
    return shlex.split(command)[1:]


def test_a_published_run_opens_as_it_was_published(lab: Any, notebook: Callable[..., Any]) -> None:
    opened = notebook("explore-daily-2025-10-31-r1")
    opened.run_all()
    assert opened.errors() == []
    assert "daily 2025-10-31" in opened.output("mc.connect(").inner_text()
    opened.run("mc.cost('2024-01')")
    (said,) = opened.errors()
    assert "2024-01 is not part of this run of daily 2025-10-31" in said


def test_the_incident_notebook_opens_and_runs(notebook: Callable[..., Any]) -> None:
    incident = notebook("incident")
    incident.run_all()
    assert incident.errors() == []
    assert "TENANT_005" in incident.output("book.band(report)").inner_text()
