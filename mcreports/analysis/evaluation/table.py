"""One CSV file of instants and values, read without trusting it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mcreports.analysis.evaluation.labelled import is_later
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

TIME, VALUE = "timestamp", "value"
MOST_BYTES = 256 * 1024 * 1024
HEADER = 2  # the number of the line after the header
GAPS = ("", "nan")
QUOTE = '"'  # around a field; within quotes a field could run over lines, and they could not be counted


@dataclass(frozen=True)
class Table:
    """Instants in ms and values in the order of the file; what is wrong with it, and what is only odd."""

    name: str
    ts: np.ndarray
    values: np.ndarray
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_table(path: Path, name: str) -> Table:
    """A file's rows; its faults name the line. A missing value is a gap, an instant that is not new is noted."""
    try:
        text = _text(path)
    except UsageError as error:
        return Table(name, np.empty(0, np.int64), np.empty(0), (f"{name}: {error}",))
    return _table(name, *(text[column].fillna("").str.strip().str.strip(QUOTE) for column in (TIME, VALUE)))


def _text(path: Path) -> pd.DataFrame:
    try:
        if not path.is_file():
            raise UsageError("is no regular file")
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"over {MOST_BYTES // 1024**2} MB")
        # an empty line is a row, or the lines could not be counted
        text = pd.read_csv(
            path, dtype=str, keep_default_na=False, skip_blank_lines=False, quoting=csv.QUOTE_NONE, encoding="utf-8"
        )
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"is not a CSV file: {str(error).strip().splitlines()[0]}") from error
    text.columns = text.columns.str.strip(QUOTE)
    missing = [column for column in (TIME, VALUE) if column not in text.columns]
    if missing:
        raise UsageError(f"line 1 names no column {' and no '.join(missing)}")
    if not isinstance(text.index, pd.RangeIndex):
        raise UsageError("line 2 has more fields than line 1 names")
    if text.empty:
        raise UsageError("has no rows")
    return text


def _table(name: str, times: pd.Series, numbers: pd.Series) -> Table:
    at = pd.to_datetime(times, format="ISO8601", utc=True, errors="coerce")
    ts = at.dt.as_unit("ms").fillna(pd.Timestamp(0, tz="UTC")).to_numpy("datetime64[ms]").astype(np.int64)
    gaps = numbers.str.lower().isin(GAPS).to_numpy()
    values = np.where(gaps, np.nan, pd.to_numeric(numbers, errors="coerce").to_numpy(np.float64))
    faults = [
        *_first(name, times, at.isna().to_numpy(), "which is no instant"),
        *_first(name, numbers, ~gaps & ~np.isfinite(values), "which is no number"),
    ]
    again = ~is_later(ts)
    notes = []
    if gaps.any():
        notes.append(f"{name}: rows without a value are gaps: {gaps.sum():,}, the first in line {_line(gaps)}")
    if again.any():
        said = "rows that are not later than all before them are not shown to detectors"
        notes.append(f"{name}: {said}: {again.sum():,}, the first in line {_line(again)}")
    return Table(name, ts, values, tuple(faults), tuple(notes))


def _line(rows: np.ndarray) -> int:
    return int(np.argmax(rows)) + HEADER


def _first(name: str, texts: pd.Series, wrong: np.ndarray, said: str) -> list[str]:
    """The first wrong row by its line, and how many there are."""
    if not wrong.any():
        return []
    text, count = texts.iloc[int(np.argmax(wrong))][:40], int(wrong.sum())
    return [f"{name}: line {_line(wrong)} has {text!r}, {said}" + (f"; so have {count:,} lines" if count > 1 else "")]
