"""Labelled series in the folder format of the Numenta Anomaly Benchmark: read with every fault named, and written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mcreports.analysis.evaluation.labelled import Labelled
from mcreports.analysis.evaluation.labels import find_labels, read_labels
from mcreports.analysis.evaluation.table import Table, read_table
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mcreports.analysis.evaluation.labels import Window

MOST_FAULTS = 12


@dataclass(frozen=True)
class Folder:
    """The series of a folder, and what is odd in them without being wrong."""

    series: tuple[Labelled, ...]
    notes: tuple[str, ...] = ()


def read(root: Path) -> Folder:
    """Every CSV below DIR/data, or below DIR, with its windows; a UsageError names all that cannot be used."""
    if not root.is_dir():
        raise UsageError(f"{root} is no directory; give one that holds data/ and labels/combined_windows.json")
    labels = find_labels(root)
    windows = read_labels(labels, labels.relative_to(root).as_posix())
    data = root / "data" if (root / "data").is_dir() else root
    files = {path.relative_to(data).as_posix(): path for path in sorted(data.rglob("*.csv"))}
    named = labels.relative_to(root).as_posix()
    faults = [f"{named} names {name!r}, and there is no such file" for name in windows if name not in files]
    faults += [
        f"{named} does not name {name!r}; give it [] if it has no anomaly" for name in files if name not in windows
    ]
    if not files:
        faults.append(f"there is no CSV file below {data}")
    found: list[Labelled] = []
    notes: list[str] = []
    for name in files.keys() & windows.keys() if not faults else ():
        table = read_table(files[name], name)
        faults += table.faults
        notes += table.notes
        if not table.faults:
            own, wrong = _placed(table, windows[name])
            faults += wrong
            found.append(own)
    if faults:
        more = f"\n  and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
        raise UsageError(f"{root} cannot be used:\n  " + "\n  ".join(sorted(faults)[:MOST_FAULTS]) + more)
    return Folder(tuple(sorted(found, key=lambda one: one.name)), tuple(sorted(notes)))


def _placed(table: Table, windows: Sequence[Window]) -> tuple[Labelled, list[str]]:
    """The series with its windows as row numbers, and what is wrong with them."""
    faults: list[str] = []
    placed: list[tuple[int, int]] = []
    first, last = (int(table.ts.min()), int(table.ts.max())) if len(table.ts) else (0, -1)
    for window in windows:
        inside = np.flatnonzero((table.ts >= window.start) & (table.ts <= window.stop))
        if window.start < first or window.stop > last:
            faults.append(f"{table.name}: the window {window.text} is not within the series")
        elif not len(inside):
            faults.append(f"{table.name}: no row lies in the window {window.text}")
        elif placed and inside[0] < placed[-1][1]:
            faults.append(f"{table.name}: the window {window.text} overlaps the one before it, or is out of order")
        else:
            placed.append((int(inside[0]), int(inside[-1]) + 1))
    return Labelled(table.name, table.ts, table.values, tuple(placed)), faults


def write(corpus: Sequence[Labelled], root: Path) -> None:
    """Write data/**.csv and labels/combined_windows.json, which are read back as the same series."""
    windows: dict[str, list[list[str]]] = {}
    for one in corpus:
        at = pd.to_datetime(one.ts, unit="ms").strftime("%Y-%m-%d %H:%M:%S.%f").to_numpy()
        windows[one.name] = [[at[start], at[stop - 1]] for start, stop in one.windows]
        file = root / "data" / one.name
        file.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame({"timestamp": at, "value": np.asarray(one.values)}).to_csv(file, index=False)
    (root / "labels").mkdir(parents=True, exist_ok=True)
    (root / "labels" / "combined_windows.json").write_text(json.dumps(windows, indent=1), encoding="utf-8")
