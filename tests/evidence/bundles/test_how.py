"""The commands of docs/evidence.md verify a bundle with the real openssl, and refuse one that was tampered with."""

from __future__ import annotations

import json
import re
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from mcreports.evidence.bundles.examine import examine
from mcreports.evidence.bundles.faults import NAMES
from mcreports.evidence.bundles.how import HOW
from mcreports.evidence.bundles.statement import FILE
from mcreports.evidence.keys import load_keyring, load_signer, new_key
from mcreports.operation_sections import EvidenceSettings

DOCS = (Path(__file__).parents[3] / "docs/evidence.md").read_text(encoding="utf-8")
ATTEST = "evidence/rag/grounding-final-attest.json"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    new_key(tmp_path / "key.pem")
    return tmp_path / "key.pem"


def follow(raw: bytes, public: Path, place: Path) -> subprocess.CompletedProcess[str]:
    """Do as the documentation says, in an empty directory."""
    (commands,) = re.findall(r"```bash\n(.*?)```", DOCS, re.DOTALL)
    (place / "b.zip").write_bytes(raw)
    (place / "empty").mkdir()
    environment = {"BUNDLE": str(place / "b.zip"), "KEY": str(public), "PATH": "/usr/bin:/bin"}
    words = ["bash", "-e", "-u", "-o", "pipefail", "-c", commands]
    return subprocess.run(
        words, cwd=place / "empty", env=environment, capture_output=True, text=True, check=False, timeout=30
    )


def test_the_command_tells_what_the_documentation_tells() -> None:
    assert f"```bash\n{HOW}```" in DOCS


def test_every_fault_is_explained() -> None:
    assert [name for name in NAMES if f"`{name}`" not in DOCS] == []


def test_openssl_verifies_a_bundle_that_is_as_it_was_packed(desk: Any, key: Path, tmp_path: Path) -> None:
    # far over any line that a tool may cut
    for n in range(600):
        (desk.evidence / f"{n}.json").write_text(str(n))
    raw = desk.pack(signer=load_signer(key)).raw
    done = follow(raw, tmp_path / "key.pem.pub", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Signature Verified Successfully" in done.stdout
    payload = examine(raw, load_keyring(EvidenceSettings(key_file=key))).payload
    assert f"{payload}  ../payload.json" in done.stdout


@pytest.mark.parametrize("attack", ["edited", "dropped", "added", "statement", "signature", "stranger"])
def test_openssl_refuses_what_was_tampered_with(desk: Any, key: Path, tmp_path: Path, attack: str) -> None:
    raw = desk.pack(signer=load_signer(key)).raw
    members = desk.opened(raw)
    envelope = json.loads(members[FILE])
    match attack:
        case "edited":
            members[ATTEST] += b" "
        case "dropped":
            del members[ATTEST]
        case "added":
            members["evidence/more.json"] = b"{}"
        case "statement":
            envelope["payload"] = b64encode(b"{}" + b" " * 100).decode()
        case "signature":
            envelope["signatures"][0]["sig"] = b64encode(b"\x01" * 64).decode()
        case _:
            new_key(tmp_path / "other.pem")
    if attack in {"statement", "signature"}:
        members[FILE] = json.dumps(envelope, indent=1, sort_keys=True).encode()
    public = tmp_path / ("other.pem.pub" if attack == "stranger" else "key.pem.pub")
    done = follow(desk.closed(members), public, tmp_path)
    assert done.returncode != 0
    is_signed = attack in {"edited", "dropped", "added"}
    assert ("Signature Verified Successfully" in done.stdout) == is_signed
