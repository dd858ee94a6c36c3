"""Whoever archives is killed, or the disk is full, at each call in turn; and several archive at once."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcreports.errors import EvidenceError
from mcreports.evidence.bundles.index import read_index

CHANGES = {"open", "os.rename", "os.link", "os.remove", "os.mkdir"}


def hit(at: int, what: str, work: Callable[[], object]) -> int:
    """Run in a process of its own, and hit it at one of its calls that may change the disk: how it ended."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    seen = 0

    def strike(event: str, args: tuple[object, ...]) -> None:
        nonlocal seen
        if event in CHANGES and isinstance(args[0], str | os.PathLike) and not _only_reads(event, args):
            seen += 1
            if seen == at:
                if what == "killed":
                    os.kill(os.getpid(), signal.SIGKILL)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(args[0]))

    sys.addaudithook(strike)
    try:
        work()
    except EvidenceError as error:
        os._exit(0 if "No space left" in str(error) else 3)
    except BaseException:  # noqa: BLE001 - nothing may get out of the child
        os._exit(4)
    os._exit(100 if seen < at else 0)


def _only_reads(event: str, args: tuple[object, ...]) -> bool:
    flags = args[2] if event == "open" else os.O_WRONLY
    return isinstance(flags, int) and not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)


@pytest.mark.parametrize("what", ["killed", "full"])
def test_whoever_is_hit_at_any_call_leaves_nothing_or_a_whole_entry(
    desk: Any, months: list[bytes], tmp_path: Path, what: str
) -> None:
    before = tmp_path / "before"
    desk.archive(months[0], before)
    for at in range(1, 100):
        mine = Path(shutil.copytree(before, tmp_path / str(at)))
        ended = hit(at, what, lambda mine=mine: desk.archive(months[1], mine))
        if os.WIFEXITED(ended) and os.WEXITSTATUS(ended) == 100:
            break
        assert ended == signal.SIGKILL or os.WEXITSTATUS(ended) == 0, (at, ended)
        entries = read_index(mine, desk.keyring)
        assert len(entries) in {1, 2}, at
        for entry in entries:
            assert (mine / entry.file).read_bytes() == months[entries.index(entry)], at
        desk.archive(months[1], mine)
        assert set(desk.wrong(mine)) == {"2025-10"}, at  # which is yet to be archived
    assert at > 10


def test_of_four_who_archive_the_same_month_at_once_one_does(desk: Any, months: list[bytes], tmp_path: Path) -> None:
    archive = tmp_path / "archives"
    desk.archive(months[0], archive)
    children = []
    for _ in range(4):
        child = os.fork()
        if not child:
            try:
                done = desk.archive(months[1], archive)
            except BaseException:  # noqa: BLE001 - nothing may get out of the child
                os._exit(9)
            os._exit(int(done))
        children.append(child)
    ended = [os.WEXITSTATUS(os.waitpid(child, 0)[1]) for child in children]
    assert sorted(ended) == [0, 0, 0, 1]
    desk.archive(months[2], archive)
    assert desk.wrong(archive) == {}
