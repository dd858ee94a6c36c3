"""What a detector came to on a corpus, for people and for programs."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcreports.analysis.evaluation.causality import Difference
    from mcreports.analysis.evaluation.events import Events
    from mcreports.analysis.evaluation.sweep import Best


@dataclass(frozen=True)
class Result:
    """A detector's scores over all series; one is None where there was nothing to score.

    ``fixed`` are the benchmark's scores of the alerts as they are raised, ``best`` those of the threshold that would
    have been best for alerts once a day, ``best_rows`` where every row above the threshold is an alert.
    """

    name: str
    words: str
    fixed: dict[str, float | None]
    best: dict[str, Best]
    best_rows: dict[str, Best]
    events: Events
    vus_pr: float | None
    prefixes: int
    differences: tuple[Difference, ...]
    rows: int
    seconds: float

    @property
    def rows_per_second(self) -> float:
        """How fast it judged, in one process, reading and scoring not counted."""
        return self.rows / max(self.seconds, 1e-9)

    def as_dict(self) -> dict[str, object]:
        """The same for programs; a threshold of None is one above all scores."""
        seen = self.events
        return {
            "detector": self.name,
            "words": self.words,
            "nab": {"fixed": self.fixed, "best": _best(self.best), "best_every_row": _best(self.best_rows)},
            "events": {
                "anomalies": seen.windows,
                "caught": seen.caught,
                "false_alerts": seen.false,
                "series_weeks": seen.weeks,
                "precision": seen.precision,
                "recall": seen.recall,
                "f1": seen.f1,
                "false_alerts_per_series_week": seen.false_per_week,
            },
            "vus_pr": self.vus_pr,
            "future": {"prefixes": self.prefixes, "differences": [asdict(each) for each in self.differences]},
            "rows_per_second": round(self.rows_per_second),
        }


def _best(found: dict[str, Best]) -> dict[str, object]:
    return {
        name: {"score": best.score, "threshold": best.threshold if math.isfinite(best.threshold) else None}
        for name, best in found.items()
    }
