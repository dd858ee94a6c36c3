"""``mcreports export``: rules, dashboard and metrics, on stdout or in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Command = Callable[..., Any]


def test_rules_are_a_prometheusrule_unless_a_plain_file_is_asked_for(mcreports: Command) -> None:
    resource = yaml.safe_load(mcreports("export", "rules").out)
    plain = yaml.safe_load(mcreports("export", "rules", "--format", "prometheus").out)
    assert (resource["apiVersion"], resource["spec"]) == ("monitoring.coreos.com/v1", plain)
    assert plain["groups"][0]["name"] == "mc-tenant-budgets"


def test_rules_follow_settings_names_and_links(mcreports: Command, tmp_path: Path) -> None:
    (tmp_path / "mcreports.toml").write_text(
        "[thresholds.'budget.utilization.daily']\nwarn = 75\n[metrics.'budget.cost_today']\nname = 'acme_today'\n"
    )
    ran = mcreports("export", "rules", "--portal", "https://reports.example/", "--grafana", "https://g.example")
    rule = yaml.safe_load(ran.out)["spec"]["groups"][0]["rules"][0]
    assert rule["alert"] == "TenantBudgetWarning80Percent"
    assert "acme_today" in rule["expr"]
    assert rule["expr"].endswith(">= 75")
    assert rule["annotations"]["report"] == "https://reports.example/index.html"
    assert rule["annotations"]["dashboard"].startswith("https://g.example/d/mc-tenant-drilldowns/")


@pytest.mark.parametrize("what", ["rules", "dashboard", "metrics"])
def test_a_file_holds_what_stdout_would(what: str, mcreports: Command, tmp_path: Path) -> None:
    told = mcreports("export", what)
    kept = mcreports("export", what, "--output", tmp_path / "new" / "file")
    assert (told.code, kept.code, kept.out) == (0, 0, "")
    assert (tmp_path / "new" / "file").read_text() == told.out
    assert "written: " in kept.err


def test_the_dashboard_is_json(mcreports: Command) -> None:
    assert mcreports("export", "dashboard").data["uid"] == "mc-tenant-drilldowns"


def test_metrics_tell_how_far_each_report_is_published(mcreports: Command, demo_runs: Path) -> None:
    lines = mcreports("export", "metrics", "--runs", demo_runs).out.splitlines()
    name = "mcreports_report_through_timestamp_seconds"
    assert f'{name}{{report="daily"}} 1761955200' in lines
    assert f'{name}{{report="weekly"}} 1762128000' in lines
    assert len(lines) == 2 + 4
