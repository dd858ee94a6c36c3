"""``mcreports schedule export``: jobs that run under the settings that they were exported with, or none at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Command = Callable[..., Any]
SYSTEMS = ("cron", "systemd", "kubernetes")


@pytest.fixture
def prod(tmp_path: Path) -> Path:
    file = tmp_path / "etc" / "prod.toml"
    file.parent.mkdir()
    file.write_text('[source]\nurl = "http://prometheus.example:9090"\n')
    return file


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if " && " in line and not line.startswith("#")]


def test_cron_lines_are_printed_with_the_runbooks_time(mcreports: Command, prod: Path, tmp_path: Path) -> None:
    prod.rename(tmp_path / "mcreports.toml")
    ran = mcreports("schedule", "export", "cron")
    found = lines(ran.out)
    assert [line.split()[:5] for line in found[:2]] == [["0", "9", "*", "*", "*"], ["0", "*/6", "*", "*", "*"]]
    assert "report --due" in found[0]
    assert (ran.code, ran.err) == (0, "")
    # the jobs run where the file lies
    assert all(f"cd {tmp_path} && " in line and "--config" not in line for line in found)


@pytest.mark.parametrize("config", ["etc/prod.toml", "./etc/../etc/prod.toml", "{}/etc/prod.toml"])
def test_settings_that_were_named_are_those_of_the_jobs(
    mcreports: Command, prod: Path, tmp_path: Path, config: str
) -> None:
    found = lines(mcreports("--config", config.format(tmp_path), "schedule", "export", "cron").out)
    assert len(found) == 8
    for line in found:
        named = Path(line.split(" --config ")[1].split()[0])
        assert (named.is_absolute(), named.resolve()) == (True, prod)
    units = mcreports("--config", prod, "schedule", "export", "systemd").out
    assert units.count(f"mcreports --config {prod} ") == 8


def test_kubernetes_text_is_yaml_and_says_which_settings_it_wants(mcreports: Command, prod: Path) -> None:
    out = mcreports("--config", prod, "schedule", "export", "kubernetes").out
    assert "CronJob" in [each["kind"] for each in yaml.safe_load_all(out) if each]
    assert f"--from-file=mcreports.toml={prod}\n" in out


@pytest.mark.parametrize("system", SYSTEMS)
def test_without_a_source_nothing_is_exported(mcreports: Command, system: str) -> None:
    ran = mcreports("schedule", "export", system)
    assert (ran.code, ran.out) == (2, "")
    assert "no source is set" in ran.err
    assert "--config" in ran.err


def test_the_demo_is_exported_with_a_warning(mcreports: Command, tmp_path: Path) -> None:
    (tmp_path / "mcreports.toml").write_text('[source]\nurl = "demo://?seed=7"\n')
    ran = mcreports("schedule", "export", "cron")
    assert (ran.code, len(lines(ran.out))) == (0, 8)
    assert "invented data" in ran.err


def test_variables_that_no_job_will_have_are_named(
    mcreports: Command, prod: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCREPORTS__REPORT__ZONE", "Asia/Tokyo")
    ran = mcreports("--config", prod, "schedule", "export", "cron")
    assert (ran.code, "MCREPORTS__REPORT__ZONE" in ran.err, "Tokyo" in ran.err) == (0, True, False)


def test_a_failover_is_exported_where_a_gateway_can_be_cut_off(mcreports: Command, prod: Path) -> None:
    assert "egress check;" in mcreports("--config", prod, "schedule", "export", "cron").out
    gateway = 'primary = { url = "http://a:1", cut = ["true"], restore = ["true"] }'
    prod.write_text(f"{prod.read_text()}[egress]\n{gateway}\n")
    assert "egress check --failover;" in mcreports("--config", prod, "schedule", "export", "cron").out
