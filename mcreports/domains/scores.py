"""Grounding scores: how well answers are grounded on average and at worst, and how near the threshold they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.domains.details import METHOD, SOURCE, pointer
from mcreports.domains.grounding import speaking
from mcreports.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import pandas as pd

    from mcreports.snapshot import Snapshot

MEAN, LOWEST = "grounding.score.mean", "grounding.score.lowest"
NEAREST = "grounding.score.nearest"  # how far the answer that is nearest to the threshold is above it


def score_figures(snapshot: Snapshot, window: tuple[datetime, datetime]) -> tuple[Figure, ...]:
    """The scores of all attested answers of a window, and of each tenant's; none without an attestation."""
    if "attestations" not in snapshot.evidence:
        return ()
    _, results = speaking(snapshot, window)
    if results.empty:
        return ()
    thresholds = snapshot.evidence["attestations"].set_index("file")["threshold"]
    scored = results.assign(above=results["grounding_score"] - results["file"].map(thresholds))
    own = [(None, scored), *((name, scored[scored["tenant"] == name]) for name in snapshot.tenants)]
    return tuple(figure for name, table in own if len(table) for figure in _scores(name, table, window))


def _scores(tenant: str | None, scored: pd.DataFrame, window: tuple[datetime, datetime]) -> Iterator[Figure]:
    scores, above = scored["grounding_score"], scored["above"]
    nearest = above.iloc[int(above.abs().to_numpy().argmin())]
    for figure_id, share, unit in ((MEAN, scores.mean(), "%"), (LOWEST, scores.min(), "%"), (NEAREST, nearest, "pp")):
        yield Figure(
            figure_id, tenant, float(round(100 * share, 9)), unit, window, pointer(scored), METHOD,
            samples=len(scored), labels=SOURCE,
        )  # fmt: skip
