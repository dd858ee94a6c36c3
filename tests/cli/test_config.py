"""``mcreports config``: what is in force, what is wrong and where, what could be set."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SECRET = "hunter2-is-not-to-be-seen"  # noqa: S105


def test_the_settings_in_force_are_shown_as_json(mcreports: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "mcreports.toml").write_text('[report]\nzone = "Europe/Berlin"\n')
    shown = mcreports("config", "show").data
    assert (shown["report"]["zone"], shown["source"]["deadline"]) == ("Europe/Berlin", 120.0)


def test_the_environment_goes_over_the_file(
    mcreports: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mcreports.toml").write_text('[report]\nzone = "Europe/Berlin"\n')
    monkeypatch.setenv("MCREPORTS__REPORT__ZONE", "Asia/Kathmandu")
    assert mcreports("config", "show").data["report"]["zone"] == "Asia/Kathmandu"


def test_secrets_are_not_shown(mcreports: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"https://someone:{SECRET}@prometheus.example/x?token={SECRET}"
    (tmp_path / "mcreports.toml").write_text(f'[source]\nurl = "{url}"\n[source.headers]\nX-Key = "{SECRET}"\n')
    ran = mcreports("config", "show")
    assert SECRET not in ran.out + ran.err


def test_right_settings_are_right(mcreports: Callable[..., Any]) -> None:
    assert mcreports("config", "check").out == "the settings are right\n"


WRONG = {
    "unknown key": ("[report]\nzone = 'UTC'\nzona = 'UTC'\n", "line 3: report.zona: unknown key"),
    "unknown section": ("[reports]\nzone = 'UTC'\n", "line 1: reports: unknown key"),
    "unknown zone": ("[report]\nzone = 'Mars'\n", "line 2: report.zone"),
    "unknown check": ("[thresholds.'budget.nonsense']\nwarn = 1\n", "line 1: there is no check 'budget.nonsense'"),
    "wrong type": ("[source]\ndeadline = 'soon'\n", "line 2: source.deadline"),
    "twice": ("[report]\nzone = 'UTC'\nzone = 'UTC'\n", "is not TOML"),
    "not TOML": ("[report\n", "is not TOML"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_setting_is_named_with_its_key_and_line(
    mcreports: Callable[..., Any], tmp_path: Path, fault: str
) -> None:
    text, said = WRONG[fault]
    (tmp_path / "mcreports.toml").write_text(text)
    ran = mcreports("config", "check")
    assert (ran.code, ran.out) == (2, "")
    assert "mcreports.toml" in ran.err
    assert said in ran.err


def test_every_wrong_setting_is_named_not_the_first(mcreports: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "mcreports.toml").write_text("[report]\na = 1\nb = 2\n")
    err = mcreports("config", "check").err
    assert "report.a" in err
    assert "report.b" in err


def test_a_variable_of_no_section_is_an_error(mcreports: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCREPORTS__REPROT__ZONE", "UTC")
    ran = mcreports("config", "check")
    assert (ran.code, "MCREPORTS__REPROT__ZONE" in ran.err) == (2, True)


def test_settings_that_are_not_there_are_an_error(mcreports: Callable[..., Any]) -> None:
    ran = mcreports("--config", "none.toml", "config", "check")
    assert (ran.code, "none.toml" in ran.err) == (2, True)


def test_the_schema_is_one_and_the_settings_in_force_fit_it(mcreports: Callable[..., Any]) -> None:
    schema = mcreports("config", "schema").data
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(mcreports("config", "show").data, schema)
    assert "where runs are published" in json.dumps(schema)
