"""What ``grounding verify`` tells beside its verdicts: scores, changes, false claims and the golden set."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mcreports.domains.grounding import PASS_RATE
from mcreports.domains.scores import LOWEST, MEAN, NEAREST
from mcreports.rules import least_places
from mcreports.view.format import Shape, figure_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.domains.verification import Grounds
    from mcreports.figures import Figure

CHANGE = f"{PASS_RATE}.change"
SIGNED = Shape(sign=True)
MOST = 100  # faults or claims that are told; --json has them all


def facts(found: Grounds) -> dict[str, Any]:
    """The same for programs, and for the statement that is kept."""
    golden = [] if not found.golden else found.golden["trajectories"].to_dict("records")
    return {
        "period": found.period.label,
        "before": found.period.previous().label,
        "scores": [_score(found, one) for one in _all(found, MEAN)],
        "changes": [
            {"tenant": _whose(one), "source": _source(one), "change_pp": one.value, "note": one.reason}
            for one in _all(found, CHANGE)
        ],
        "false_claims": _records(found, "claims"),
        "faults": _records(found, "faults"),
        "golden_set": golden,
    }


def _records(found: Grounds, name: str) -> list[dict[str, Any]]:
    rows = found.rows(name)
    if rows is None:
        return []
    told = rows[~rows["holds"]] if name == "claims" else rows
    return [{str(key): value for key, value in row.items()} for row in told.to_dict("records")]


def lines(found: Grounds, *, is_whole: bool) -> Iterator[str]:
    """For people, each line a fact that can stand alone."""
    before = found.period.previous().label
    for one in _all(found, CHANGE):
        by = " evidence" if one.labels else ""
        because = f"  ({one.reason})" if one.reason else ""
        yield f"{_whose(one)}{by}: pass rate {_change_text(one)} against {before}{because}"
    for one in _all(found, MEAN):
        lowest, nearest = (_of(found, figure_id, one) for figure_id in (LOWEST, NEAREST))
        near = f"the nearest to its threshold at {figure_text(nearest, SIGNED)}"
        scores = f"mean {figure_text(one)}, lowest {figure_text(lowest)}, {near}"
        yield f"{_whose(one)} evidence: scores {scores}, n = {one.samples:,}"
    wrong = [f"{row['file']}: {row['field']} {row['text']}" for row in _records(found, "faults")]
    wrong += [
        f"{row['file']}: {row['field']} claims {row['claimed']}, its details give {row['recomputed']}"
        for row in _records(found, "claims")
    ]
    yield from (f"does not hold: {text}" for text in wrong[:MOST])
    yield from [f"and {len(wrong) - MOST} more do not hold"] if len(wrong) > MOST else []
    yield from _golden(found, is_whole=is_whole)


def _change_text(change: Figure) -> str:
    """A change in as many places as its rates have: a smaller one is none."""
    if not isinstance(change.value, float):
        return figure_text(change)
    return figure_text(replace(change, value=round(change.value, least_places(PASS_RATE, "%"))), SIGNED)


def _golden(found: Grounds, *, is_whole: bool) -> Iterator[str]:
    files = found.golden["files"] if found.golden else None
    if files is not None and (files["kind"] == "golden-set").any():
        cases = found.golden["trajectories"]
        yield f"golden set: {int(cases['holds'].sum())} of {len(cases)} cases keep the rules"
    elif is_whole:
        yield "no golden set was given: name it in evidence.golden_set, or put it below the evidence directory"
    else:
        yield "the golden set is of the whole platform: it is verified without --tenant"


def _all(found: Grounds, figure_id: str) -> list[Figure]:
    return [one for one in found.section.figures if one.id == figure_id]


def _of(found: Grounds, figure_id: str, like: Figure) -> Figure:
    return next(one for one in _all(found, figure_id) if one.tenant == like.tenant)


def _score(found: Grounds, mean: Figure) -> dict[str, Any]:
    lowest, nearest = (_of(found, figure_id, mean) for figure_id in (LOWEST, NEAREST))
    return {
        "tenant": _whose(mean),
        "answers": mean.samples,
        "mean_percent": mean.value,
        "lowest_percent": lowest.value,
        "nearest_pp": nearest.value,
    }


def _whose(figure: Figure) -> str:
    return "the platform" if figure.tenant is None else figure.tenant


def _source(figure: Figure) -> str:
    return dict(figure.labels).get("source", "counters")
