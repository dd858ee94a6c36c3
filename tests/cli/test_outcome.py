"""How a gate ends: what it found out is told whatever becomes of keeping it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
GATE = ("autonomy", "validate", "--tenant", "TENANT_003", "--source", "demo://?seed=7&step=3600")


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_result_that_cannot_be_kept_is_told_and_an_error(
    mcreports: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    right = mcreports(*GATE, *words)
    (tmp_path / "file").touch()
    (tmp_path / "mcreports.toml").write_text("[evidence]\nout = 'file'\n")
    ran = mcreports(*GATE, *words)
    assert (right.code, ran.code, ran.out) == (0, 1, right.out)
    assert "Traceback" not in ran.err
    assert str(Path("file")) in ran.err


def test_a_wrong_key_is_told_before_a_gateway_is_cut_off(mcreports: Command, tmp_path: Path) -> None:
    gateway = {"url": "http://127.0.0.1:9", "cut": ["touch", "cut"], "restore": ["touch", "restored"]}
    inline = ", ".join(f"{key} = {json.dumps(value)}" for key, value in gateway.items())
    (tmp_path / "mcreports.toml").write_text(
        f"[evidence]\nkey_file = 'none.pem'\n[egress]\nprimary = {{ {inline} }}\nproviders = ['127.0.0.1:9']\n"
    )
    ran = mcreports("egress", "check", "--failover")
    assert (ran.code, ran.out, "none.pem" in ran.err) == (2, "", True)
    assert not (tmp_path / "cut").exists()
