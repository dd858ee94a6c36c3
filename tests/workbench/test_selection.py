"""A brushed range: its rows, and the PromQL and the command line that give the same."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from mcreports.cli import main
from mcreports.metrics import CATALOGUE
from mcreports.workbench.commands import command, duration
from mcreports.workbench.opening import connect
from mcreports.workbench.selection import select

if TYPE_CHECKING:
    from mcreports.workbench.bench import Workbench
    from mcreports.workbench.selection import Selection

START, END = datetime(2025, 10, 21, 8, tzinfo=UTC), datetime(2025, 10, 21, 15, tzinfo=UTC)


def ran(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What a selection's command line prints, given to a shell's words."""
    monkeypatch.setattr("sys.argv", [*shlex.split(command), "--json"])
    capsys.readouterr()
    with pytest.raises(SystemExit, match=r"^0$"):
        main()
    return json.loads(capsys.readouterr().out)


def rows(selection: Selection) -> list[dict[str, Any]]:
    frame = selection.frame.astype(object).where(selection.frame.notna(), None)
    return [
        {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


@pytest.mark.parametrize(
    ("key", "count"), [("budget.cost", 21), ("autonomy.success_rate", 7), ("grounding.checks", 28)]
)
def test_the_command_line_gives_the_same_rows(
    other: Workbench, key: str, count: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = select(other, key, "TENANT_002", START, END)
    told = ran(chosen.command, monkeypatch, capsys)
    assert told["rows"] == json.loads(json.dumps(rows(chosen), default=str))
    assert (len(told["rows"]), told["promql"]) == (count, chosen.promql.splitlines())


def asked_of(url: str, promql: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{url}/api/v1/query", params={"query": promql}, timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["resultType"] == "matrix"
    return list(answer.json()["data"]["result"])


@pytest.mark.parametrize("key", ["budget.cost", "autonomy.compensation_rate", "budget.limit_daily"])
def test_the_promql_gives_the_raw_samples_on_a_real_prometheus(demo: Workbench, prometheus_url: str, key: str) -> None:
    chosen = select(demo, key, "TENANT_002", START, END)
    for promql in chosen.promql.splitlines():
        name = promql.partition("{")[0]
        metric = next(key for key, one in CATALOGUE.items() if one.name == name)
        # a curve is read between the samples on either side of its ends
        first, after = ("07:30", "15:30") if key == "budget.cost" else ("08:00", "15:00")
        wanted = demo.raw(metric, f"2025-10-21T{first}Z..2025-10-21T{after}Z", "TENANT_002")
        found = asked_of(prometheus_url, promql)
        assert sorted((at, float(value)) for one in found for at, value in one["values"]) == sorted(
            (at.timestamp(), value) for at, value in zip(wanted["ts"], wanted["value"], strict=True)
        )
        assert len(wanted) > 0


def test_a_name_of_any_kind_is_quoted_for_the_server_and_for_the_shell(
    wild: Workbench, prometheus_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start, end = datetime(2025, 8, 28, tzinfo=UTC), datetime(2025, 8, 28, 6, tzinfo=UTC)
    for name in wild.tenants:
        chosen = select(wild, "budget.cost", name, start, end)
        assert {one["metric"]["tenant"] for one in asked_of(prometheus_url, chosen.promql)} == {name}
        told = ran(chosen.command, monkeypatch, capsys)
        assert told["rows"] == json.loads(json.dumps(rows(chosen), default=str))
        assert {figure["tenant"] for figure in told["figures"]} == {name}


def test_a_name_that_no_command_line_can_carry_has_none(demo: Workbench) -> None:
    for name in ("a\0b", "\ud800"):
        assert command(demo, "cost", [("tenant", name)]).startswith("# no command line can carry this name")


def test_credentials_do_not_stand_in_commands() -> None:
    bench = connect("http://ann:secret@localhost:1/prom")
    assert "secret" not in command(bench, "cost", [])
    assert "secret" not in bench.address


@pytest.mark.parametrize(("ms", "text"), [(60_000, "1m"), (86_400_000, "1d"), (3_600_001, "3600001ms")])
def test_a_length_of_time_is_said_in_its_largest_whole_unit(ms: int, text: str) -> None:
    assert duration(ms) == text
