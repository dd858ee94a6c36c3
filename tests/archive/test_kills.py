"""A pull that is killed, or whose disk fails, at each of its system calls in turn; and many pulls at once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from archive_play import COST, START, held
from archive_puller import BEGIN, HOUR, pull, server

from mcreports.archive.archive import Archive
from mcreports.archive.remote import store_of
from mcreports.archive.verifying import verify

PROGRAM = Path(__file__).with_name("archive_puller.py")
BEFORE, AFTER = 12, 30
# Some processors know only the calls that end in "at".
NAMES = {
    "open": ("openat",),
    "create": ("openat",),
    "write": ("write",),
    "fsync": ("fsync",),
    "make": ("mkdir", "mkdirat"),
    "rename": ("rename", "renameat", "renameat2"),
    "link": ("link", "linkat"),
}
Point = tuple[str, int]


def strace(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    words = ["strace", "-qq", *options, sys.executable, "-IB", str(PROGRAM), str(root), str(AFTER), "1"]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


def opened(root: Path) -> Archive:
    return Archive(store_of(str(root), {}))


def points_of(root: Path, log: Path) -> dict[str, list[Point]]:
    """Each call that pulling makes: its name, and the how manyeth of that name in the whole process."""
    traced = ",".join(f"?{name}" for name in {"access", "faccessat", "faccessat2", *sum(NAMES.values(), ())})
    done = strace(root, "-o", str(log), "-e", f"trace={traced}")
    assert done.returncode == 0, done.stderr
    seen: Counter[str] = Counter()
    found: dict[str, list[Point]] = defaultdict(list)
    has_begun = False
    for line in log.read_text().splitlines():
        name = line.split("(")[0]
        seen[name] += 1
        has_begun = has_begun or BEGIN in line
        for kind, names in NAMES.items():
            if has_begun and name in names and (kind != "create" or "O_CREAT" in line):
                found[kind].append((name, seen[name]))
    return found


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a day, pulled when it was noon."""
    root = tmp_path_factory.mktemp("before") / "archive"
    pull(str(root), BEFORE)
    return root


@pytest.fixture(scope="module")
def points(before: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Point]]:
    place = tmp_path_factory.mktemp("log")
    return points_of(Path(shutil.copytree(before, place / "archive")), place / "log")


def hit(what: str, before: Path, place: Path, point: Point) -> None:
    """Hit one call of a pull, look at what the archive holds, and pull once more."""
    name, number = point
    root = place / f"{name}{number}"
    if before.exists():
        shutil.copytree(before, root)
    was = held(opened(root))
    done = strace(root, "-o", "/dev/null", "-e", f"trace={name}", "-e", f"inject={name}:{what}:when={number}")
    if what.startswith("signal"):
        assert done.returncode in {-9, 137}, (point, done)
    elif done.returncode != 0:
        assert "what was archived before stands" in done.stderr, (point, done.stderr)
        assert str(root) in done.stderr
        assert "Traceback" not in done.stderr
    assert not verify(opened(root), lambda _: None, 0).faults, point
    assert was.items() <= held(opened(root)).items() <= server(AFTER).samples.items(), point
    pull(str(root), AFTER)
    assert held(opened(root)) == server(AFTER).samples, point
    ((_, records),) = [one for one in opened(root).live(COST.name).items() if one[0] == START // (24 * HOUR)]
    assert len(records) == 1, point
    shutil.rmtree(root)


def each(points: list[Point], check: partial[None]) -> None:
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(check, points))


def test_at_least_thirty_points_are_hit(points: dict[str, list[Point]]) -> None:
    assert sum(len(found) for kind, found in points.items() if kind != "open") >= 30
    assert all(points[kind] for kind in NAMES if kind != "link")


@pytest.mark.parametrize("kind", ["create", "write", "fsync", "make", "rename"])
def test_a_pull_killed_at_any_call_loses_nothing_that_was_archived(
    kind: str, points: dict[str, list[Point]], before: Path, tmp_path: Path
) -> None:
    each(points[kind], partial(hit, "signal=SIGKILL", before, tmp_path))


def test_a_first_pull_killed_at_any_call_leaves_no_half_segment(tmp_path: Path) -> None:
    points = points_of(tmp_path / "first", tmp_path / "log")
    calls = [*points["link"], *points["make"], *points["rename"], *points["write"][:3]]
    each(calls, partial(hit, "signal=SIGKILL", tmp_path / "nothing", tmp_path / "mine"))


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("write", "ENOSPC"),
        ("fsync", "EIO"),
        ("make", "EROFS"),
        ("rename", "EIO"),
        ("create", "EMFILE"),
        ("open", "EMFILE"),
    ],
)
def test_a_disk_that_fails_at_any_call_is_named_and_nothing_is_lost(
    kind: str, error: str, points: dict[str, list[Point]], before: Path, tmp_path: Path
) -> None:
    # opening to read happens in a few ways, each many times
    each(points[kind][:: 4 if kind == "open" else 1], partial(hit, f"error={error}", before, tmp_path))


def test_pulls_at_the_same_time_need_not_know_of_each_other(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    pull(str(root), BEFORE)
    words = [sys.executable, "-IB", str(PROGRAM), str(root), str(AFTER), "3"]
    others = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [other.communicate(timeout=120)[1] for other in others]
    assert [other.returncode for other in others] == [0, 0, 0], said
    assert held(opened(root)) == server(AFTER).samples
    assert not verify(opened(root), lambda _: None, 0).faults
