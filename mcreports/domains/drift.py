"""Drift: whether the configuration that runs is the one that was agreed on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mcreports.checks import Status
from mcreports.domains import Section
from mcreports.domains.coverage import judge_sight, sights
from mcreports.domains.details import SOURCE
from mcreports.domains.events import STALE
from mcreports.domains.series import Seen, instant, lines, milliseconds, usual_interval, watch
from mcreports.evidence.tables import GRACE, fresh_from
from mcreports.figures import Figure, Quality
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.snapshot import Snapshot

DRIFT = "config.drift"
MOST_PATHS = 10


@dataclass(frozen=True)
class Finding:
    """How many changes one witness saw; None when it saw nothing, with what is doubtful, and what it says."""

    changes: int | None
    doubt: str = ""
    text: str = ""
    seen: Seen = field(default_factory=Seen)


def judge_drift(snapshot: Snapshot, start: datetime, end: datetime) -> Section:
    """The drift of the platform's configuration in [start, end), by its gauge and by the files themselves."""
    gauge, files = _gauge(snapshot, start, end), _files(snapshot, start, end)
    figures = [_figure(snapshot, gauge, (start, end))]
    if files is not None:
        query = "config/config-current.json#/configs"
        said = "; ".join(filter(None, [files.text, files.doubt]))
        compared = Figure(
            DRIFT, None, files.changes, "changes", (start, end), query, "evidence.compare", _quality(files),
            labels=SOURCE, reason=said,
        )  # fmt: skip
        figures.append(compared)
    witnesses = [gauge] if files is None else [gauge, files]
    known = [witness for witness in witnesses if witness.changes is not None]
    # the gauge alone, or the files alone, can prove that nothing has drifted; either can prove that something has
    proven = any(witness.changes == 0 and not witness.doubt for witness in witnesses)
    changes = max((witness.changes or 0 for witness in known), default=None)
    doubt = "" if proven else "; ".join(witness.doubt for witness in witnesses if witness.doubt)
    reasons = filter(None, [*(witness.text for witness in known if witness.changes), doubt])
    verdict = judge(DRIFT, snapshot.rule(DRIFT), changes, Subject(None, (DRIFT,)), "; ".join(reasons))
    return Section(tuple(figures), (verdict,))


def _figure(snapshot: Snapshot, gauge: Finding, window: tuple[datetime, datetime]) -> Figure:
    return Figure(
        DRIFT, None, gauge.changes, "changes", window, snapshot.metrics[DRIFT].selector(), "gauge.any", _quality(gauge),
        None, gauge.seen.share, gauge.seen.samples, reason="; ".join(filter(None, [gauge.text, gauge.doubt])),
    )  # fmt: skip


def _quality(finding: Finding) -> Quality:
    if finding.changes is None:
        return Quality.UNKNOWN
    return Quality.ESTIMATED if finding.doubt else Quality.ACTUAL


def _gauge(snapshot: Snapshot, start: datetime, end: datetime) -> Finding:
    """One change if the gauge was up at any time in the window; none if it was down, and watched, all the time."""
    window = watch(snapshot, DRIFT, start, end)
    every = lines(snapshot.table(DRIFT), (), usual_interval(snapshot, DRIFT))
    inside = [(line, (line.ts >= window.start) & (line.ts < window.end)) for line in every]
    if not any(chosen.any() for _, chosen in inside):
        return Finding(None, "the gauge has no sample")
    (line, chosen), *_ = inside
    ts, values = line.ts[chosen], line.values[chosen]
    seen = sights(snapshot, DRIFT, start, end)[None]
    odd = ~np.isin(values, (0.0, 1.0))
    doubts = [f"{int(odd.sum())} samples of the gauge are neither 0 nor 1"] if odd.any() else []
    coverage = judge_sight(snapshot, DRIFT, None, seen)
    is_thin = coverage.status in {Status.FAIL, Status.UNKNOWN}
    if is_thin:
        doubts.append(f"coverage of the gauge: {coverage.reason}")
    if not window.end - ts[-1] <= STALE * line.interval:
        doubts.append(f"no sample of the gauge since {instant(int(ts[-1]))}")
    if not ts[0] - window.start <= STALE * line.interval:
        doubts.append(f"no sample of the gauge before {instant(int(ts[0]))}")
    up = ts[values > 0]
    until = "" if not len(up) or up[-1] == ts[-1] else f" to {instant(int(up[-1]))}"
    text = f"the gauge was up from {instant(int(up[0]))}{until}" if len(up) else ""
    # that it was up is proven by one sample; that it was not, by nearly all
    changes = 1 if len(up) else None if is_thin else 0
    return Finding(changes, "; ".join(doubts), text, seen)


def _files(snapshot: Snapshot, start: datetime, end: datetime) -> Finding | None:
    """What differs between the baseline and the current configuration, by content; None without such files."""
    config = snapshot.evidence.get("config")
    if config is None or config.empty:
        return None
    sides = {side: config[config["side"] == side] for side in ("baseline", "current")}
    missing = [side for side, rows in sides.items() if rows.empty]
    if missing:
        return Finding(None, f"there is no config-{missing[0]}.json")
    before, after = (dict(zip(rows["path"], rows["content_hash"], strict=True)) for rows in sides.values())
    changes = [
        *(f"changed: {path}" for path in sorted(before.keys() & after.keys()) if before[path] != after[path]),
        *(f"added: {path}" for path in sorted(after.keys() - before.keys())),
        *(f"removed: {path}" for path in sorted(before.keys() - after.keys())),
    ]
    more = [f"and {len(changes) - MOST_PATHS} more"] if len(changes) > MOST_PATHS else []
    text = ", ".join(changes[:MOST_PATHS] + more)
    at = sides["current"]["ts"].max()
    if not fresh_from((start, end)) < at <= end + GRACE:
        when = instant(milliseconds(at.to_pydatetime()))
        return Finding(None, f"config-current.json is of {when}, not of this window")
    return Finding(len(changes), _doubt(snapshot), text)


def _doubt(snapshot: Snapshot) -> str:
    doubts: list[str] = []
    claims = snapshot.evidence.get("claims")
    if claims is not None and len(claims):
        false = claims[claims["kind"].str.startswith("config-") & ~claims["holds"]]
        doubts += [f"{claim.file}: {claim.field} does not hold" for claim in false.itertuples()]
    return "; ".join(doubts)
