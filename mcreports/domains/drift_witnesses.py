"""The two witnesses of drift: the platform's gauge, and the configuration's files with what was approved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mcreports.checks import Status
from mcreports.domains.coverage import judge_sight, sights
from mcreports.domains.details import contradiction
from mcreports.domains.events import STALE
from mcreports.domains.series import Seen, instant, lines, milliseconds, usual_interval, watch
from mcreports.figures import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from mcreports.snapshot import Snapshot

DRIFT = "config.drift"
SIDES = ("baseline", "current")
MOST_PATHS = 10
MOST_WHY = 120
PICTURES = {ord("\t"): "␉", ord("\n"): "␊"}


@dataclass(frozen=True)
class Finding:
    """How many changes one witness saw, None when it saw nothing; how many were approved, what is doubtful, and why.

    ``is_suspect`` says that what it has is of another time and shows drift: no other witness can clear that.
    """

    changes: int | None
    doubt: str = ""
    text: str = ""
    approved: int = 0
    seen: Seen = field(default_factory=Seen)
    is_suspect: bool = False

    @property
    def is_approved(self) -> bool:
        """Whether there is a change, and somebody approved each of them."""
        return bool(self.changes) and self.approved == self.changes

    @property
    def quality(self) -> Quality:
        """How much is known."""
        if self.changes is None:
            return Quality.UNKNOWN
        return Quality.ESTIMATED if self.doubt else Quality.ACTUAL

    @property
    def said(self) -> str:
        """What it saw and what is doubtful, in one line."""
        return "; ".join(filter(None, [self.text, self.doubt]))


def watched_gauge(snapshot: Snapshot, start: datetime, end: datetime) -> Finding:
    """One change if the gauge was up at any time in the window; none if it was down, and watched, all the time."""
    window = watch(snapshot, DRIFT, start, end)
    found = _samples(snapshot, window.start, window.end)
    if found is None:
        return Finding(None, "the gauge has no sample")
    ts, values, interval = found
    seen = sights(snapshot, DRIFT, start, end)[None]
    odd = ~np.isin(values, (0.0, 1.0))
    doubts = [f"{int(odd.sum())} samples of the gauge are neither 0 nor 1"] if odd.any() else []
    coverage = judge_sight(snapshot, DRIFT, None, seen)
    is_thin = coverage.status in {Status.FAIL, Status.UNKNOWN}
    if is_thin:
        doubts.append(f"coverage of the gauge: {coverage.reason}")
    if not window.end - ts[-1] <= STALE * interval:
        doubts.append(f"no sample of the gauge since {instant(int(ts[-1]))}")
    if not ts[0] - window.start <= STALE * interval:
        doubts.append(f"no sample of the gauge before {instant(int(ts[0]))}")
    up = ts[values > 0]
    until = "" if not len(up) or up[-1] == ts[-1] else f" to {instant(int(up[-1]))}"
    text = f"the gauge was up from {instant(int(up[0]))}{until}" if len(up) else ""
    # that it was up is proven by one sample; that it was not, by nearly all
    changes = 1 if len(up) else None if is_thin else 0
    return Finding(changes, "; ".join(doubts), text, seen=seen)


def latest_gauge(snapshot: Snapshot, start: datetime, end: datetime) -> Finding:
    """One change if the gauge is up at the window's end, none if it is down there."""
    found = _samples(snapshot, milliseconds(start), milliseconds(end))
    if found is None:
        return Finding(None, "the gauge has no sample")
    ts, values, interval = found
    at, value = instant(int(ts[-1])), float(values[-1])
    seen = sights(snapshot, DRIFT, start, end)[None]
    if not milliseconds(end) - ts[-1] <= STALE * interval:
        return Finding(None, f"no sample of the gauge since {at}", seen=seen)
    if value not in {0.0, 1.0}:
        return Finding(None, f"the gauge is {value:g} at {at}, neither 0 nor 1", seen=seen)
    return Finding(int(value), "", f"the gauge is {value:g} at {at}", seen=seen)


def compared_files(tables: Mapping[str, pd.DataFrame], after: datetime, until: datetime) -> Finding | None:
    """What differs between baseline and current configuration, by content; None without such files.

    The current state must have been written after one instant, and not later than the other.
    """
    missing = {side: why for side in SIDES if (why := _absence(tables, side))}
    if len(missing) == len(SIDES) and not any(_faults(tables, side) for side in SIDES):
        return None
    if missing:
        return Finding(None, flat("; ".join(missing.values())))
    at = _instants(tables, "current").max()
    if not after < at <= until:
        when, changes = instant(milliseconds(at.to_pydatetime())), tables.get("config_changes")
        differs = changes is not None and not changes["approval"].astype(bool).all()
        other = "; it differs from the baseline" if differs else ""
        return Finding(None, f"config-current.json is of {when}, not of this window{other}", is_suspect=differs)
    if tables["config"].empty:
        return Finding(None, "neither config-baseline.json nor config-current.json holds a file: nothing is compared")
    changes = tables.get("config_changes")
    rows = [] if changes is None else list(changes.itertuples())
    more = [f"and {len(rows) - MOST_PATHS} more"] if len(rows) > MOST_PATHS else []
    approved = sum(bool(row.approval) for row in rows)
    # what nobody approved comes first
    rows.sort(key=lambda row: bool(row.approval))
    text = ", ".join([*map(_told, rows[:MOST_PATHS]), *more])
    refused = "; ".join(_faults(tables, "approval")) if len(rows) > approved else ""
    said = "; ".join(filter(None, [text, refused]))
    return Finding(len(rows), flat(_doubt(tables)), flat(said), approved)


def flat(text: str) -> str:
    """Text with names in it that others chose, none of which can begin another line."""
    return text.translate(PICTURES)


def _samples(snapshot: Snapshot, start: int, end: int) -> tuple[np.ndarray, np.ndarray, float] | None:
    """Instants and values of the gauge inside of a window, and its interval, all in ms."""
    for line in lines(snapshot.table(DRIFT), (), usual_interval(snapshot, DRIFT)):
        chosen = (line.ts >= start) & (line.ts < end)
        if chosen.any():
            values = line.values  # noqa: PD011 - a Line of ours
            return line.ts[chosen], values[chosen], line.interval
    return None


def _absence(tables: Mapping[str, pd.DataFrame], side: str) -> str:
    """Why a side says nothing: it is not there, or what is wrong with it."""
    if len(_instants(tables, side)):
        return ""
    return "; ".join(_faults(tables, side)) or f"there is no config-{side}.json"


def _instants(tables: Mapping[str, pd.DataFrame], side: str) -> pd.Series[Any]:
    """When a side's file says that it was written; a state may hold no path, and is one."""
    files, config = tables["files"], tables["config"]
    own = files.loc[files["kind"] == f"config-{side}", "ts"].dropna()
    return own if len(own) else config.loc[config["side"] == side, "ts"]


def _faults(tables: Mapping[str, pd.DataFrame], what: str) -> list[str]:
    """What is wrong with the files of a side, or with approvals, each with file and field."""
    faults = tables.get("faults")
    if faults is None or faults.empty:
        return []
    is_own = faults["file"].str.endswith(f"config-{what}.json") | (faults["kind"] == what)
    own = faults[is_own & faults["file"].str.startswith("config/")]
    return [" ".join(filter(None, [f"{row.file}:", str(row.field), str(row.text)])) for row in own.itertuples()]


def _told(row: Any) -> str:  # noqa: ANN401 - a row of the table of changes
    if not row.approval:
        return f"{row.change}: {row.path}" + (f" ({row.note})" if row.note else "")
    when = instant(milliseconds(row.approved.to_pydatetime()))
    why = row.why if len(row.why) <= MOST_WHY else f"{row.why[: MOST_WHY - 1]}…"
    return f"{row.change}: {row.path} (approved by {row.approved_by} on {when}: {why})"


def _doubt(tables: Mapping[str, pd.DataFrame]) -> str:
    claims = tables.get("claims")
    if claims is None or claims.empty:
        return ""
    false = claims[claims["kind"].str.startswith("config-") & ~claims["holds"]]
    return "; ".join(contradiction(claim) for claim in false.itertuples())
