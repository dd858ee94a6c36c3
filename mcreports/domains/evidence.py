"""Evidence: whether everything that the platform's files claim follows from their own details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.domains import Section
from mcreports.evidence.compliance import CHECK, judge_compliance, tally
from mcreports.figures import Figure, Quality

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.snapshot import Snapshot


def judge_evidence(snapshot: Snapshot, start: datetime, end: datetime) -> Section:
    """The share of claims that were recomputed and hold, in percent: 100 only if each of them is proven.

    A file counts by its claims, and not for being there; one with a fault is a claim that is not proven.
    """
    found = tally(snapshot.evidence)
    quality = Quality.UNKNOWN if found.percent is None else Quality.ESTIMATED if found.doubts else Quality.ACTUAL
    figure = Figure(
        CHECK, None, None if found.percent is None else float(found.percent), "%", (start, end), "evidence",
        "claims.recomputed", quality, samples=found.every, reason="; ".join([*found.wrong, *found.doubts]),
    )  # fmt: skip
    return Section((figure,), (judge_compliance(snapshot.rule(CHECK), found),))
