"""A restore keeps what was there, and at any time leaves the old state or the new one, whole."""

from __future__ import annotations

import errno
import json
import os
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mcreports.errors import EvidenceError
from mcreports.evidence.configuration import gather
from mcreports.evidence.configuration.restore import restore
from mcreports.evidence.configuration.state import attest
from mcreports.evidence.keys import Keyring

if TYPE_CHECKING:
    from collections.abc import Callable

NOW, BEFORE = datetime(2025, 11, 1, 9, tzinfo=UTC), datetime(2025, 10, 1, tzinfo=UTC)
BASELINE, CURRENT = "config/config-baseline.json", "config/config-current.json"
BACKUP = "config/backup/config-current-20251101T090000Z.json"
DONE, TOLD, UNTOLD, KILLED = 0, 1, 2, 9
MOST_CALLS = 50
AUDITED = {"open", "os.mkdir", "os.rename", "os.link", "os.remove"}


@pytest.fixture
def root(shelf: Any) -> Path:
    """A state that differs from its baseline."""
    shelf.put(BASELINE, {**attest({"a": "1", "b": "2"}, BEFORE), "git_commit": "abc", "own": [1]})
    shelf.put(CURRENT, attest({"a": "9"}, BEFORE))
    return shelf.root


def test_the_baselines_contents_come_back_as_a_state_of_now(root: Path) -> None:
    old, baseline = (root / CURRENT).read_bytes(), json.loads((root / BASELINE).read_bytes())
    done = restore(root, NOW)
    assert (done.current, done.backup) == (root / CURRENT, root / BACKUP)
    assert (root / BACKUP).read_bytes() == old
    body = json.loads((root / CURRENT).read_bytes())
    assert body.pop("restored_from")["timestamp"] == "2025-10-01T00:00:00Z"
    assert body == {**baseline, "timestamp": "2025-11-01T09:00:00Z"}
    drift = gather(root, Keyring(), NOW)
    assert drift.changes == ()
    assert all(row["holds"] for name, row in drift.rows() if name == "claims")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"config_hash": "0" * 64}, "config_hash"), ({"files": []}, "files"), ({"configs": None}, "configs")],
)
def test_a_baseline_that_is_not_what_it_says_is_refused(root: Path, shelf: Any, change: Any, field: str) -> None:
    shelf.put(BASELINE, {**shelf.get(BASELINE), **change})
    old = (root / CURRENT).read_bytes()
    with pytest.raises(EvidenceError, match=f"{BASELINE}: {field}"):
        restore(root, NOW)
    assert (root / CURRENT).read_bytes() == old
    assert not (root / "config/backup").exists()


def test_a_current_state_that_is_broken_is_kept_byte_for_byte(root: Path, shelf: Any) -> None:
    shelf.put(CURRENT, b"{cut off")
    restore(root, NOW)
    assert (root / BACKUP).read_bytes() == b"{cut off"


def test_without_a_current_state_there_is_no_backup(root: Path) -> None:
    (root / CURRENT).unlink()
    assert restore(root, NOW).backup is None
    assert gather(root, Keyring(), NOW).changes == ()


def test_a_backup_is_never_overwritten(root: Path, shelf: Any) -> None:
    first = restore(root, NOW).backup
    assert first is not None
    kept = first.read_bytes()
    shelf.put(CURRENT, attest({"a": "10"}, NOW))
    second = restore(root, NOW).backup
    assert second == root / BACKUP.replace("Z.json", "Z-2.json")
    assert first.read_bytes() == kept


@pytest.mark.parametrize("folder", ["config/backup", "config"])
def test_nothing_is_written_where_a_link_leads_out(root: Path, tmp_path: Path, folder: str) -> None:
    outside = tmp_path / "outside"
    if folder == "config":
        (root / "config").rename(outside)
    else:
        outside.mkdir()
    (root / folder).symlink_to(outside)
    before = sorted(outside.rglob("*"))
    with pytest.raises(EvidenceError, match="leads out"):
        restore(root, NOW)
    assert sorted(outside.rglob("*")) == before


def at_call(number: int, act: Callable[[], None], work: Callable[[], object]) -> int:
    """Act right before the n-th call to the disk, in a process of its own; how that process ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    calls, sync = count(1), os.fsync

    def step() -> None:
        if next(calls) == number:
            act()

    def synced(descriptor: int) -> None:
        step()
        sync(descriptor)

    os.fsync = synced
    sys.addaudithook(lambda event, _: step() if event in AUDITED else None)
    code = UNTOLD
    try:
        work()
        code = DONE
    except EvidenceError:
        code = TOLD
    finally:
        os._exit(code)


def kill() -> None:
    os._exit(KILLED)


def fail() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "somewhere")


@pytest.mark.parametrize(("act", "code"), [(kill, KILLED), (fail, TOLD)], ids=["killed", "disk full"])
def test_a_restore_that_stops_at_any_call_leaves_one_state_whole(
    root: Path, act: Callable[[], None], code: int
) -> None:
    old, codes = (root / CURRENT).read_bytes(), []
    for number in range(1, MOST_CALLS):
        (root / CURRENT).write_bytes(old)
        codes.append(at_call(number, act, lambda: restore(root, NOW)))
        now = (root / CURRENT).read_bytes()
        assert now == old or not gather(root, Keyring(), NOW).changes, number
        assert now == old or (root / BACKUP).read_bytes() == old, number
        # what was left behind is in nobody's way
        assert restore(root, NOW).backup is not None, number
        assert not gather(root, Keyring(), NOW).changes, number
        for path in (root / "config/backup").iterdir():
            path.unlink()
    # sweeping up after others may fail, and nothing else
    assert set(codes) == {code, DONE}
    assert codes.count(code) >= 10
    assert codes[-1] == DONE
