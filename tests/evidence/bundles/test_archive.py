"""Each month's bundle is archived once, and all that is archived is looked at again."""

from __future__ import annotations

import json
import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mcreports.checks import Status, worst
from mcreports.errors import EvidenceError
from mcreports.evidence.bundles.archive import check, outcome
from mcreports.evidence.bundles.index import read_index, write_index
from mcreports.evidence.bundles.pack import peek
from mcreports.evidence.bundles.statement import FILE
from mcreports.evidence.bundles.verify import Expected, verify
from mcreports.evidence.dsse import seal
from mcreports.evidence.keys import Keyring
from mcreports.period import Period

NOW = Period.parse("2025-11-03").start + timedelta(hours=9)


@pytest.fixture
def archive(desk: Any, months: list[bytes], tmp_path: Path) -> Path:
    directory = tmp_path / "archives"
    for raw in months:
        assert desk.archive(raw, directory)
    return directory


def test_every_month_is_kept_under_its_name_and_in_the_index(desk: Any, archive: Path, months: list[bytes]) -> None:
    assert desk.wrong(archive) == {}
    names = [f"evidence-v0.3.3-2025-{month}.zip" for month in ("08", "09", "10")]
    assert sorted(path.name for path in archive.iterdir()) == [".lock", *names, "index.json"]
    assert [(archive / name).read_bytes() for name in names] == months
    entries = read_index(archive, desk.keyring)
    assert [entry.previous for entry in entries] == [None, *(entry.payload for entry in entries[:-1])]
    assert [entry["period"] for entry in outcome(archive, desk.keyring, NOW).facts["entries"]][-1] == "2025-10"


def test_a_month_whose_evidence_is_proven_passes(desk: Any, bundle: bytes, tmp_path: Path) -> None:
    desk.archive(bundle, tmp_path / "archives")
    found = outcome(tmp_path / "archives", desk.keyring, NOW)
    assert (found.status, found.facts["entries"][0]["compliance"]) == (
        Status.PASS, {"percent": "100.0", "unproven": []},
    )  # fmt: skip


def test_a_month_whose_evidence_is_contradicted_is_whole_and_no_silent_pass(desk: Any, tmp_path: Path) -> None:
    file = desk.evidence / "rag/grounding-final-attest.json"
    body = json.loads(file.read_bytes())
    body["verification_summary"]["pass_rate"] = 0.999
    file.write_text(json.dumps(body))
    packed = desk.pack()
    desk.archive(packed.raw, tmp_path / "archives")
    found = outcome(tmp_path / "archives", desk.keyring, NOW)
    percent = packed.compliance.as_dict()["percent"]
    assert [one.status for one in found.verdicts] == [Status.WARN]
    assert found.verdicts[0].reason.startswith(f"it is whole; {percent} % of what it claims is proven; rag/")
    assert "verification_summary.pass_rate claims 0.999, its details give 0.97" in found.verdicts[0].reason
    proven = found.facts["entries"][0]["compliance"]
    assert (proven["percent"], len(proven["unproven"])) == (percent, 2)


def test_a_month_without_evidence_of_its_own_is_no_silent_pass(desk: Any, tmp_path: Path) -> None:
    desk.archive(desk.pack("2025-08").raw, tmp_path / "archives")
    verdict = check(tmp_path / "archives", desk.keyring, NOW)[0]
    assert verdict.status is Status.WARN
    assert "is of 2025-" in verdict.reason


def test_a_statement_that_claims_more_than_its_files_give_is_not_archived(desk: Any, tmp_path: Path) -> None:
    members = desk.opened(desk.pack().raw)
    body = json.loads(b64decode(json.loads(members[FILE])["payload"]))
    body["predicate"]["compliance"]["percent"] = "99.0"
    members[FILE] = seal(body, desk.signer)
    with pytest.raises(EvidenceError, match=r"compliance\.percent claims 99\.0, its files give 100\.0"):
        desk.archive(desk.closed(members), tmp_path)


def test_a_month_before_that_was_not_archived_comes_first(desk: Any, months: list[bytes], tmp_path: Path) -> None:
    desk.archive(months[0], tmp_path)
    with pytest.raises(EvidenceError, match="is not archived: archive 2025-09 first; chain broken: "):
        desk.archive(months[2], tmp_path)
    assert [desk.archive(raw, tmp_path) for raw in months[1:]] == [True, True]


@pytest.mark.parametrize(
    ("until", "judged", "missing"),
    [
        ("2025-07-01", [], []),
        ("2025-09-01", ["2025-08"], []),
        ("2025-10-01", ["2025-08", "2025-09"], []),
        ("2025-12-01", ["2025-08", "2025-09", "2025-10"], ["2025-11"]),
        ("2026-02-01", ["2025-08", "2025-09", "2025-10"], ["2025-11", "2025-12"]),
    ],
)
def test_a_report_judges_the_archive_up_to_its_own_month(
    desk: Any, archive: Path, until: str, judged: list[str], missing: list[str]
) -> None:
    now, end = Period.parse("2026-01-15").start, Period.parse(until).start
    named = {dict(one.labels)["file"]: one.status for one in check(archive, desk.keyring, now, end)}
    files = {f"evidence-v0.3.3-{label}.zip" for label in judged}
    assert set(named) == (files | set(missing) or {INDEX})
    assert all((status is Status.UNKNOWN) == (name not in files) for name, status in named.items())
    whole = outcome(archive, desk.keyring, now, end)
    assert [entry["period"] for entry in whole.facts["entries"]] == judged
    assert set(whole.inputs) == files


def test_a_bundle_that_was_packed_after_its_month_is_no_fault_of_a_later_look(desk: Any, archive: Path) -> None:
    end = Period.parse("2025-11-01").start
    assert not any("yet to come" in one.reason for one in check(archive, desk.keyring, NOW, end))
    assert any("yet to come" in one.reason for one in check(archive, desk.keyring, end))


def test_the_same_bytes_again_are_fine_and_change_nothing(desk: Any, archive: Path, months: list[bytes]) -> None:
    before = {path.name: path.read_bytes() for path in archive.iterdir()}
    assert [desk.archive(raw, archive) for raw in months] == [False] * 3
    assert {path.name: path.read_bytes() for path in archive.iterdir()} == before


def test_another_bundle_of_an_archived_month_is_refused(desk: Any, archive: Path, months: list[bytes]) -> None:
    previous = peek(months[1], desk.keyring)[1]
    with pytest.raises(EvidenceError, match="is not the bundle of 2025-10 that is archived"):
        desk.archive(desk.pack(previous=previous, at=NOW - timedelta(days=1)).raw, archive)
    assert desk.wrong(archive) == {}


def test_a_file_in_the_way_is_never_overwritten(desk: Any, bundle: bytes, tmp_path: Path) -> None:
    file = tmp_path / "evidence-v0.3.3-2025-10.zip"
    file.write_bytes(b"mine")
    with pytest.raises(EvidenceError, match="is there already with other content"):
        desk.archive(bundle, tmp_path)
    assert file.read_bytes() == b"mine"


@pytest.mark.parametrize("what", ["edited", "unsigned", "strange", "weekly", "unchained", "older"])
def test_only_a_proven_bundle_that_continues_the_chain_is_archived(desk: Any, archive: Path, what: str) -> None:
    raw = {
        "edited": lambda: desk.closed({**desk.opened(desk.pack("2025-11").raw), "more": b"x"}),
        "unsigned": lambda: desk.pack("2025-11", signer=None).raw,
        "strange": lambda: desk.pack("2025-11", signer=desk.stranger).raw,
        "weekly": lambda: desk.pack("2025-W44").raw,
        "unchained": lambda: desk.pack("2025-11", previous="0" * 64).raw,
        "older": lambda: desk.pack("2025-07").raw,
    }[what]()
    with pytest.raises(EvidenceError) as told:
        desk.archive(raw, archive)
    said = {
        "edited": "added: more", "unsigned": "is not signed", "strange": "unknown key", "weekly": "a month is archived",
        "unchained": "chain broken", "older": "it only grows",
    }  # fmt: skip
    assert said[what] in str(told.value)
    assert len(read_index(archive, desk.keyring)) == 3


AUGUST, SEPTEMBER, INDEX = "evidence-v0.3.3-2025-08.zip", "evidence-v0.3.3-2025-09.zip", "index.json"


def replace_by_link(archive: Path) -> None:
    (archive / SEPTEMBER).rename(archive.parent / "elsewhere.zip")
    (archive / SEPTEMBER).symlink_to(archive.parent / "elsewhere.zip")


def forge(archive: Path) -> None:
    body = json.loads((archive / INDEX).read_bytes())
    body["signatures"][0]["sig"] = b64encode(b"\x01" * 64).decode()
    (archive / INDEX).write_text(json.dumps(body))


def rewrite(archive: Path, desk: Any, *kept: int, signer: Any = None) -> None:
    entries = read_index(archive, desk.keyring)
    write_index(archive, [entries[n] for n in kept], signer or desk.signer, NOW)


SPOILS: dict[str, Callable[[Path, Any], object]] = {
    "edited": lambda archive, _: (archive / SEPTEMBER).write_bytes((archive / SEPTEMBER).read_bytes() + b"#"),
    "dropped": lambda archive, _: (archive / SEPTEMBER).unlink(),
    "link": lambda archive, _: replace_by_link(archive),
    "swapped": lambda archive, _: shutil.copy(archive / AUGUST, archive / SEPTEMBER),
    "added": lambda archive, _: (archive / "evidence-v0.3.3-2025-07.zip").write_bytes(b"x"),
    "index forged": lambda archive, _: forge(archive),
    "index of a stranger": lambda archive, desk: rewrite(archive, desk, 0, 1, 2, signer=desk.stranger),
    "index dropped": lambda archive, _: (archive / INDEX).unlink(),
    "index cut": lambda archive, desk: rewrite(archive, desk, 0, 1),
    "month left out": lambda archive, desk: rewrite(archive, desk, 0, 2),
    "index is a directory": lambda archive, _: ((archive / INDEX).unlink(), (archive / INDEX).mkdir()),
}


@pytest.mark.parametrize(
    ("how", "file", "fault"),
    [
        ("edited", SEPTEMBER, "edited: "),
        ("dropped", SEPTEMBER, "dropped: "),
        ("link", SEPTEMBER, "edited: "),
        ("swapped", SEPTEMBER, "edited: "),
        ("added", "evidence-v0.3.3-2025-07.zip", "added: "),
        ("index forged", INDEX, "bad signature: "),
        ("index of a stranger", INDEX, "unknown key: "),
        ("index is a directory", INDEX, "malformed: "),
        ("index dropped", AUGUST, "added: "),
        ("index cut", "evidence-v0.3.3-2025-10.zip", "added: "),
        ("month left out", "evidence-v0.3.3-2025-10.zip", "chain broken: "),
    ],
)
def test_whatever_is_wrong_with_the_archive_is_found(desk: Any, archive: Path, how: str, file: str, fault: str) -> None:
    SPOILS[how](archive, desk)
    found = desk.wrong(archive)
    assert found[file][0] is Status.FAIL
    assert found[file][1].startswith(fault)
    assert outcome(archive, desk.keyring, NOW).status is Status.FAIL


def test_a_month_that_is_not_archived_is_unknown(desk: Any, archive: Path) -> None:
    later = check(archive, desk.keyring, Period.parse("2026-02-01").start)
    assert [one.reason for one in later if one.status is Status.UNKNOWN] == [
        f"no bundle of {label} is archived" for label in ("2025-11", "2025-12", "2026-01")
    ]
    assert worst(one.status for one in later) is Status.UNKNOWN


@pytest.mark.parametrize("make", [str, Path.mkdir])
def test_an_empty_archive_is_unknown(desk: Any, tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "none")
    assert [one.status for one in check(tmp_path / "none", desk.keyring, NOW)] == [Status.UNKNOWN]


def test_without_a_trusted_key_the_archive_is_unknown(archive: Path) -> None:
    assert [one.status for one in check(archive, Keyring(), NOW)] == [Status.UNKNOWN]


def test_a_month_that_was_replaced_by_a_later_one_is_a_replay(desk: Any, archive: Path, months: list[bytes]) -> None:
    history = read_index(archive, desk.keyring)
    found = verify(months[1], desk.keyring, Expected(NOW, history=history))
    assert [str(fault) for fault in found.faults] == ["replayed: is of 2025-09, and 2025-10 is archived already"]
    asked = Expected(NOW, period=Period.parse("2025-09"), history=history)
    assert verify(months[1], desk.keyring, asked).faults == ()


def test_a_file_that_was_lost_is_put_back_by_archiving_it_again(desk: Any, archive: Path, months: list[bytes]) -> None:
    (archive / "evidence-v0.3.3-2025-09.zip").unlink()
    assert not desk.archive(months[1], archive)
    assert desk.wrong(archive) == {}
