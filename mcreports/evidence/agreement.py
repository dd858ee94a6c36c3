"""Files that tell of one fact: two that tell it differently contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.evidence.claims import Found, several
from mcreports.evidence.fields import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mcreports.evidence.claims import Contradiction
    from mcreports.evidence.files import Place
    from mcreports.evidence.tables import Row

# what makes two rows of a table one fact, and what they must then tell alike
FACTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "budgets": (("tenant", "ts"), ("utilization", "status")),
    "attestation_results": (("response_id", "ts"), ("tenant", "grounding_score")),
    "simulations": (("tenant", "simulation_id"), ("operations", "claimed_success_rate", "claimed_compensation_rate")),
}


def compare(rows: Mapping[str, list[Row]], places: Mapping[str, Place]) -> Iterator[Found]:
    """Each fact that a file tells otherwise than one before it."""
    for table, (same, told) in FACTS.items():
        first: dict[tuple[object, ...], Row] = {}
        false: dict[str, list[Contradiction]] = {}
        for row in rows[table]:
            if row.get("is_nameless"):
                continue
            other = first.setdefault(tuple(row[column] for column in same), row)
            for column in told if other["file"] != row["file"] else ():
                if row[column] != other[column]:
                    text = f"{shown(other[column])} by {other['file']}"
                    false.setdefault(str(row["file"]), []).append((f"{row[same[0]]}.{column}", row[column], text))
        for name, contradictions in false.items():
            yield from several(places[name], table, len(contradictions), contradictions)
