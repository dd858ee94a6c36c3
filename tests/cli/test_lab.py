"""``mcreports lab``: what it refuses before it becomes JupyterLab, and what it hands over when it does."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcreports.settings import load

Handed = dict[str, Any]


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Handed:
    """What the process was told to become, and with which environment, instead of becoming it."""
    told: Handed = {}

    def become(file: str, words: list[str], environment: dict[str, str]) -> None:
        told.update(file=file, words=words, environment=environment)

    monkeypatch.setattr(os, "execve", become)
    return told


def test_it_becomes_this_environments_jupyterlab_in_the_directory_where_it_is_called(
    mcreports: Callable[..., Any], handed: Handed
) -> None:
    ran = mcreports("lab", "--no-browser")
    assert ran.code == 0
    assert "invented data of the embedded demo" in ran.err
    assert handed["words"][1:4] == ["-P", "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={Path.cwd()}" in handed["words"]
    assert handed["words"][-1] == "--no-browser"
    assert {path.name for path in Path().iterdir()} == {"explore.ipynb", "incident.ipynb"}


def test_the_source_goes_to_every_kernel(mcreports: Callable[..., Any], handed: Handed, tmp_path: Path) -> None:
    mcreports("lab", "--source", "http://localhost:9090", "--directory", tmp_path / "work")
    assert handed["environment"]["MCREPORTS__SOURCE__URL"] == "http://localhost:9090"
    cells = json.loads((tmp_path / "work" / "incident.ipynb").read_text(encoding="utf-8"))["cells"]
    assert 'source = "http://localhost:9090"' in "".join(cells[1]["source"])


def test_settings_that_were_named_are_those_of_every_kernel(
    mcreports: Callable[..., Any], handed: Handed, tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text("[source]\nurl = 'demo://?seed=8'\n", encoding="utf-8")
    ran = mcreports("--config", "own.toml", "lab", "--directory", "work")
    assert "invented" not in ran.err
    assert handed["environment"]["MCREPORTS_CONFIG"] == str(tmp_path / "own.toml")
    assert load(environment=handed["environment"]).source.url == "demo://?seed=8"


def test_a_notebook_that_was_written_in_stays_as_it_is(mcreports: Callable[..., Any], handed: Handed) -> None:
    mcreports("lab")
    own = Path("explore.ipynb")
    own.write_text(own.read_text(encoding="utf-8").replace("2025-10", "2025-09"), encoding="utf-8")
    kept = own.read_bytes()
    ran = mcreports("lab")
    assert "explore.ipynb is kept as you left it" in ran.err
    assert "incident.ipynb" not in ran.err
    assert own.read_bytes() == kept


def test_a_port_that_is_taken_is_refused_by_name(mcreports: Callable[..., Any], handed: Handed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = mcreports("lab", "--port", port)
    assert ran.code == 2
    assert f"port {port} cannot be used: Address already in use; choose another --port" in ran.err
    assert handed == {}


def test_without_a_display_no_browser_takes_the_terminal(
    mcreports: Callable[..., Any], handed: Handed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    ran = mcreports("lab")
    assert "there is no display: open the address below in a browser of your own" in ran.err
    assert "--no-browser" in handed["words"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("daily/2025-10-31", "--source", "demo://"), "either the run daily/2025-10-31 or --source demo://"),
        (("daily/2025-10-31",), "'daily/2025-10-31' is not a run"),
        (("--source", "ftp://host"), "the scheme 'ftp'"),
        (("--directory", "/dev/null/work"), "cannot be worked in"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_its_reason(
    mcreports: Callable[..., Any], handed: Handed, words: tuple[str, ...], said: str
) -> None:
    ran = mcreports("lab", *words)
    assert (ran.code, handed) == (2, {})
    assert said in ran.err


def test_an_archive_is_named_so_that_it_holds_in_any_directory(
    mcreports: Callable[..., Any], handed: Handed, tmp_path: Path
) -> None:
    ran = mcreports("lab", "--source", "archive:nothing", "--directory", "work")
    assert ran.code in {1, 2}
    assert str(tmp_path / "nothing") in ran.err
