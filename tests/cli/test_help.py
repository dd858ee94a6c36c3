"""Help: quick, with an example for every command, plain where no colour is wanted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.main import get_command

from mcreports import __version__
from mcreports.cli.app import app

HEAVY = {"pandas", "numpy", "papermill", "nbconvert", "plotly", "pyarrow", "pydantic", "requests", "rich.progress"}


def commands(command: Any, *above: str) -> Iterator[tuple[str, ...]]:
    below = getattr(command, "commands", {})
    for name in sorted(below):
        yield from commands(below[name], *above, name)
    if not below or above == ("demo",):
        yield above


ALL = list(commands(get_command(app)))


def test_the_commands_are_those_of_the_contract() -> None:
    wanted = "demo,demo load,report,budget,autonomy validate,grounding verify,verify,replay,schedule show,schedule run"
    wanted += ",schedule export,portal build,doctor,config show,config check,config schema"
    wanted += ",drift check,drift approve,drift restore,evidence pack,evidence verify,evidence archive,evidence key new"
    wanted += ",evidence key show,readiness,egress check,export rules,export dashboard,export metrics"
    wanted += ",incident budget,incident autonomy,incident drift,lab,evaluate anomalies,cost,rates,raw"
    wanted += ",anomalies list,anomalies acknowledge,pull,archive status,archive verify,archive prune"
    assert {" ".join(words) for words in ALL} >= set(wanted.split(","))


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_the_help_of_every_command_has_an_example(mcreports: Callable[..., Any], words: tuple[str, ...]) -> None:
    ran = mcreports(*words, "--help")
    lines = [line.strip(" │") for line in ran.out.splitlines()]
    assert ran.code == 0
    assert [line for line in lines if line.startswith("mcreports ") or "| crontab" in line]


def test_help_imports_nothing_heavy() -> None:
    words = [sys.executable, "-X", "importtime", "-m", "mcreports.cli", "--help"]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}
    assert "mcreports.cli.app" in imported
    assert imported & HEAVY == set()


def test_without_a_command_the_help_is_shown_and_it_is_a_usage_error(mcreports: Callable[..., Any]) -> None:
    ran = mcreports()
    assert ran.code == 2
    assert "mcreports demo" in ran.out + ran.err


def test_the_version_is_told(mcreports: Callable[..., Any]) -> None:
    assert mcreports("--version").out == f"mcreports {__version__}\n"


def test_no_colour_where_none_is_wanted_nor_off_a_terminal(
    mcreports: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b" not in mcreports("--help").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in mcreports("budget").out


@pytest.mark.parametrize(
    "words", [("nonsense",), ("report", "yearly"), ("budget", "--nonsense"), ("schedule", "export", "at")]
)
def test_a_word_that_there_is_not_is_a_usage_error(mcreports: Callable[..., Any], words: tuple[str, ...]) -> None:
    ran = mcreports(*words)
    assert (ran.code, ran.out) == (2, "")
    assert words[-1] in ran.err
