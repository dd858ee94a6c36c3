"""A publisher that is killed, or whose disk fails, at each of its system calls in turn."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mcreports.reports.runs import published
from mcreports.reports.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = Path(__file__).with_name("publisher.py")
PUBLISHER = runpy.run_path(str(PROGRAM))
# Some processors know only the calls that end in "at".
NAMES = {
    "open": ("openat",),
    "create": ("openat",),
    "write": ("write",),
    "fsync": ("fsync",),
    "lock": ("flock",),
    "make": ("mkdir", "mkdirat"),
    "rename": ("rename", "renameat", "renameat2"),
    "link": ("symlink", "symlinkat"),
    "remove": ("unlink", "unlinkat"),
}
TENANT = "O'Brien"

Points = dict[str, list[tuple[str, int]]]


def strace(output: Path, spend: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["strace", "-qq", *options, sys.executable, "-IB", str(PROGRAM), str(output), spend, TENANT]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("before") / "output"
    PUBLISHER["publish"](PUBLISHER["target"](output), "1.00", tenants=[TENANT])
    return output


@pytest.fixture(scope="module")
def log(before: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    directory = tmp_path_factory.mktemp("log")
    output, file = copied(before, directory / "output"), directory / "log"
    traced = ",".join(
        f"?{name}" for names in ({"": ("access", "faccessat", "faccessat2")} | NAMES).values() for name in names
    )
    done = strace(output, "2.00", "-y", "-o", str(file), "-e", f"trace={traced}")
    assert done.returncode == 0, done.stderr
    return file.read_text().splitlines()


@pytest.fixture(scope="module")
def points(log: list[str]) -> Points:
    """Each call that publishing makes: its name, and the how manyeth of that name in the whole process."""
    seen: Counter[str] = Counter()
    found: Points = defaultdict(list)
    begun = False
    for line in log:
        name = line.split("(")[0]
        seen[name] += 1
        begun = begun or PUBLISHER["BEGIN"] in line
        for kind, names in NAMES.items():
            if begun and name in names and (kind != "create" or "O_CREAT" in line):
                found[kind].append((name, seen[name]))
    return found


def copied(output: Path, to: Path) -> Path:
    return Path(shutil.copytree(output, to, symlinks=True)) if output.exists() else to


def every_byte(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()}


def hit(what: str, output: Path, place: Path, point: tuple[str, int]) -> None:
    """Hit one call of a publisher of 2.00, look at what is shown, and publish 2.00 once more."""
    name, number = point
    mine = copied(output, place / f"{name}{number}")
    was = every_byte(mine / "daily/2025-10-31/r1")
    done = strace(mine, "2.00", "-o", "/dev/null", "-e", f"trace={name}", "-e", f"inject={name}:{what}:when={number}")
    if what.startswith("signal"):
        assert done.returncode in {-9, 137}, (point, done)
    elif done.returncode == 0:
        # The call was one that may fail: making a directory that is there, removing what is gone.
        assert published(mine).runs[0].revision == 2, (point, done)
    else:
        assert done.returncode == 1, (point, done)
        assert "what was published before stands" in done.stderr, done.stderr
        assert "Traceback" not in done.stderr
        assert str(mine) in done.stderr

    shown = published(mine)
    assert not shown.damaged, point
    assert len(shown.runs) == 1 or not output.exists(), point
    for run in shown.runs:
        assert verify(mine / run.path).is_whole, point
        wanted = "1.00" if run.revision == 1 and output.exists() else "2.00"
        assert (mine / "daily/2025-10-31/current/report.html").read_text() == f"<p>{wanted}</p>", point

    run = PUBLISHER["publish"](PUBLISHER["target"](mine), "2.00", tenants=[TENANT])
    assert run.path == f"daily/2025-10-31/r{2 if output.exists() else 1}", point
    assert verify(mine / "daily/2025-10-31/current").is_whole, point
    assert (mine / "daily/2025-10-31/current/report.html").read_text() == "<p>2.00</p>", point
    assert {path.name for path in (mine / "daily/2025-10-31").iterdir()} <= {".lock", "current", "r1", "r2"}, point
    if output.exists():
        assert every_byte(mine / "daily/2025-10-31/r1") == was, point
    shutil.rmtree(mine)


def each(points: list[tuple[str, int]], check: Callable[[tuple[str, int]], Any]) -> None:
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(check, points))


def test_at_least_thirty_points_are_hit(points: Points) -> None:
    assert sum(len(found) for kind, found in points.items() if kind != "open") >= 40
    assert all(points[kind] for kind in NAMES)


# A publisher that is killed at a call which only reads has left what the call before it left.
@pytest.mark.parametrize("kind", [kind for kind in NAMES if kind != "open"])
def test_a_publisher_killed_at_any_call_leaves_a_whole_run_shown(
    kind: str, points: Points, before: Path, tmp_path: Path
) -> None:
    each(points[kind], partial(hit, "signal=SIGKILL", before, tmp_path))


@pytest.mark.parametrize("kind", ["make", "write", "fsync", "rename", "link"])
def test_a_first_publisher_killed_at_any_call_leaves_nothing_half_shown(
    kind: str, points: Points, tmp_path: Path
) -> None:
    each(points[kind], partial(hit, "signal=SIGKILL", tmp_path / "nothing", tmp_path))


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("write", "ENOSPC"),
        ("fsync", "EIO"),
        ("make", "EROFS"),
        ("rename", "EIO"),
        ("link", "ENOSPC"),
        ("create", "EMFILE"),
        ("open", "EMFILE"),
    ],
)
def test_a_disk_that_fails_at_any_call_is_named_and_leaves_a_whole_run_shown(
    kind: str, error: str, points: Points, before: Path, tmp_path: Path
) -> None:
    # Opening to read happens some ninety times, in three or four ways.
    each(points[kind][:: 4 if kind == "open" else 1], partial(hit, f"error={error}", before, tmp_path))


def test_the_disk_has_every_file_and_directory_before_current_moves(log: list[str], points: Points) -> None:
    assert points
    begin = next(number for number, line in enumerate(log) if PUBLISHER["BEGIN"] in line)
    swung = next(
        number for number, line in enumerate(log) if number > begin and "rename" in line and ".current" in line
    )
    synced = {match[1] for line in log[begin:swung] if (match := re.match(r"fsync\(\d+<(.*)>\)", line))}
    written = {match[1] for line in log[begin:swung] if (match := re.match(r"write\(\d+<(/.*?)>", line))}
    made = {match[1] for line in log[begin:swung] if (match := re.match(r'mkdir(?:at)?\(.*"(/.*?)"', line))}
    assert len(written) == 10
    assert written | made <= synced
