"""The windows in which a folder says that its anomalies are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mcreports.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

USUAL, PAIR = "combined_windows.json", 2
MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Window:
    """The first and the last instant of an anomaly in ms, and how the file writes them."""

    start: int
    stop: int
    text: str


def find_labels(root: Path) -> Path:
    """combined_windows.json, else the only JSON file with windows in its name, in DIR/labels or in DIR."""
    found = sorted(
        path for folder in (root / "labels", root) for path in folder.glob("*windows*.json") if path.is_file()
    )
    usual = [path for path in found if path.name == USUAL]
    if usual:
        return usual[0]
    if len(found) == 1:
        return found[0]
    what = f"several: {', '.join(path.name for path in found)}" if found else "no file"
    raise UsageError(f"{root} holds {what} of windows; put them in labels/{USUAL}")


def read_labels(path: Path, name: str) -> dict[str, tuple[Window, ...]]:
    """The windows of each file; a UsageError names what is not {"path.csv": [["start", "end"], ...]}."""
    try:
        body = json.loads(_bytes(path, name), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not JSON that can be used: {error}") from error
    if not isinstance(body, dict):
        raise UsageError(f"{name} is not an object of files and their windows")
    return {file: _windows(windows, f"{name}: {file!r}") for file, windows in body.items()}


def _bytes(path: Path, name: str) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{name} has over {MOST_BYTES // 1024**2} MB")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _windows(value: object, where: str) -> tuple[Window, ...]:
    if not isinstance(value, list):
        raise UsageError(f"{where} has no list of windows")
    windows = sorted((_window(pair, where) for pair in value), key=lambda window: window.start)
    return tuple(windows)


def _window(pair: object, where: str) -> Window:
    if not isinstance(pair, list) or len(pair) != PAIR or not all(isinstance(text, str) for text in pair):
        raise UsageError(f'{where} has a window that is not ["start", "end"]: {str(pair)[:60]}')
    start, stop = (_instant(text, where) for text in pair)
    if start > stop:
        raise UsageError(f"{where} has a window that ends before it starts: {pair[0]} to {pair[1]}")
    return Window(start, stop, f"{pair[0]} to {pair[1]}")


def _instant(text: str, where: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{where} has {text[:40]!r}, which is no instant") from error
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return round((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
