"""The commands of docs/evidence.md verify a bundle with the real openssl, and refuse one that was tampered with."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
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


SHELLS = {"script": ["sh"], "typed": ["bash"], "strict": ["bash", "-e", "-u", "-o", "pipefail"]}
HOLDS, FAILS = "THE BUNDLE HOLDS\n", "THE BUNDLE DOES NOT HOLD\n"
SIGNED = "Signature Verified Successfully"


def follow(raw: bytes, public: Path, place: Path, shell: str = "typed") -> subprocess.CompletedProcess[str]:
    """Do as the documentation says, in an empty directory, line by line as somebody types it or in one script."""
    (commands,) = re.findall(r"```bash\n(.*?)```", DOCS, re.DOTALL)
    (place / "b.zip").write_bytes(raw)
    (place / "empty").mkdir()
    environment = {"BUNDLE": str(place / "b.zip"), "KEY": str(public), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        SHELLS[shell], input=commands, cwd=place / "empty", env=environment, capture_output=True, text=True,
        check=False, timeout=30,
    )  # fmt: skip


def test_the_command_tells_what_the_documentation_tells() -> None:
    assert f"```bash\n{HOW}```" in DOCS


def test_every_fault_is_explained() -> None:
    assert [name for name in NAMES if f"`{name}`" not in DOCS] == []


@pytest.mark.parametrize("shell", SHELLS)
def test_openssl_verifies_a_bundle_that_is_as_it_was_packed(desk: Any, key: Path, tmp_path: Path, shell: str) -> None:
    # far over any line that a tool may cut
    for n in range(600):
        (desk.evidence / f"{n}.json").write_text(str(n))
    raw = desk.pack(signer=load_signer(key)).raw
    done = follow(raw, tmp_path / "key.pem.pub", tmp_path, shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert SIGNED in done.stdout
    assert done.stdout.endswith(HOLDS)
    assert "NOT" not in done.stdout
    payload = examine(raw, load_keyring(EvidenceSettings(key_file=key))).payload
    assert f"{payload}  payload.json" in done.stdout


ADDED = {"added": "evidence/more.json", "slip": "../../slip.json", "absolute": "/more.json", "at the top": "x"}
SAID = {
    **dict.fromkeys(["edited", "dropped"], "EDITED OR DROPPED"),
    **dict.fromkeys([*ADDED, "moved by a slip"], "ADDED"),
    **dict.fromkeys(["statement", "signature", "stranger"], "DID NOT SIGN"),
    **dict.fromkeys(["unsigned", "no statement"], "NOT SIGNED"),
}


def tampered(members: dict[str, bytes], attack: str) -> dict[str, bytes]:
    """The members of a bundle that somebody changed after it was signed."""
    envelope, changed = json.loads(members[FILE]), dict(members)
    match attack:
        case "edited":
            changed[ATTEST] += b" "
        case "dropped":
            del changed[ATTEST]
        case "moved by a slip":
            changed[f"../bundle/{ATTEST}"] = changed.pop(ATTEST)
        case "no statement":
            del changed[FILE]
        case "statement":
            envelope["payload"] = b64encode(b"{}" + b" " * 100).decode()
        case "signature":
            envelope["signatures"][0]["sig"] = b64encode(b"\x01" * 64).decode()
        case "unsigned":
            envelope["signatures"] = []
        case "added" | "slip" | "absolute" | "at the top":
            changed[ADDED[attack]] = b"{}"
    if attack in {"statement", "signature", "unsigned"}:
        changed[FILE] = json.dumps(envelope, indent=1, sort_keys=True).encode()
    return changed


@pytest.mark.parametrize(
    ("attack", "shell"), [*((attack, "script") for attack in SAID), ("added", "typed"), ("added", "strict")]
)
def test_what_was_tampered_with_is_refused_in_words(
    desk: Any, key: Path, tmp_path: Path, attack: str, shell: str
) -> None:
    new_key(tmp_path / "other.pem")
    raw = desk.closed(tampered(desk.opened(desk.pack(signer=load_signer(key)).raw), attack))
    public = tmp_path / ("other.pem.pub" if attack == "stranger" else "key.pem.pub")
    done = follow(raw, public, tmp_path, shell)
    assert done.returncode == 1
    assert done.stdout.endswith(FAILS)
    assert HOLDS not in done.stdout
    assert SAID[attack] in done.stdout
    assert (SIGNED in done.stdout) == (SAID[attack] in {"EDITED OR DROPPED", "ADDED"})
    assert not (tmp_path / "slip.json").exists()


def test_a_file_that_is_there_twice_is_told(desk: Any, key: Path, tmp_path: Path) -> None:
    raw = io.BytesIO(desk.pack(signer=load_signer(key)).raw)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(raw, "a") as held:
        held.writestr(ATTEST, held.read(ATTEST))
    done = follow(raw.getvalue(), tmp_path / "key.pem.pub", tmp_path)
    assert (done.returncode, done.stdout.endswith(FAILS)) == (1, True)
    assert f"> {ATTEST}\n" in done.stdout


def test_a_name_in_other_letters_is_never_a_silent_pass(desk: Any, key: Path, tmp_path: Path) -> None:
    (desk.evidence / "ünï.json").write_text("1")
    done = follow(desk.pack(signer=load_signer(key)).raw, tmp_path / "key.pem.pub", tmp_path)
    assert (done.returncode, done.stdout.endswith(FAILS)) == (1, True)
