"""What ``autonomy validate`` tells beside its verdicts: both sources, what they prove, which kinds failed, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcreports.cli.context import one_line
from mcreports.domains import compensations
from mcreports.domains.autonomy import CLAIMED, SHARE, UNPLACED
from mcreports.domains.autonomy_parts import COMPENSATIONS, FAILURES, REASON, TYPE
from mcreports.domains.criteria import COMPENSATION, NEEDED, OPERATIONS, POLICY, RESIDENCY, SUCCESS, interval_text
from mcreports.figures import Quality, plain
from mcreports.names import called
from mcreports.view.format import figure_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.figures import Figure, Figures

METRICS, EVIDENCE = "metrics", "evidence"
FACTS = (
    OPERATIONS, SUCCESS, COMPENSATION, POLICY, RESIDENCY, NEEDED, FAILURES, COMPENSATIONS, CLAIMED, UNPLACED, SHARE,
)  # fmt: skip
NO_EVIDENCE = "no evidence directory was given: only the metrics were judged"


@dataclass(frozen=True)
class Words:
    """The figures of one tenant, in words and as facts."""

    figures: Figures
    tenant: str
    has_evidence: bool

    def lines(self) -> Iterator[str]:
        """A line for each source, type of operation, reason and event."""
        for source in (METRICS, EVIDENCE):
            own = self._plain(source)
            if own:
                yield f"by the {source}: {'; '.join(_source_words(own))}"
        for source in (METRICS, EVIDENCE):
            yield from self._types(source)
            yield from self._reasons(source)
        every = self.figures.of(compensations.EVENT, self.tenant)
        if every:
            yield f"compensations of the evidence, the gravest {len(every)}:"
        yield from map(_event, every)
        if not self.has_evidence:
            yield NO_EVIDENCE

    def facts(self) -> dict[str, Any]:
        """What each source has of the tenant, for readers of the signed result."""
        return {source: {name: _fact(figure) for name, figure in self._plain(source).items()} for source in _SOURCES}

    def _plain(self, source: str) -> dict[str, Figure]:
        labels = _SOURCES[source]
        every = (figure for name in FACTS for figure in self.figures.of(name, self.tenant))
        return {figure.id: figure for figure in every if figure.labels == labels}

    def _labelled(self, figure_id: str, source: str, label: str) -> dict[str, Figure]:
        found = {}
        for figure in self.figures.of(figure_id, self.tenant):
            labels = dict(figure.labels)
            value = labels.pop(label, None)
            if value is not None and labels == dict(_SOURCES[source]):
                found[value] = figure
        return found

    def _types(self, source: str) -> Iterator[str]:
        failed = self._labelled(FAILURES, source, TYPE)
        done = self._labelled(OPERATIONS, source, TYPE)
        parts = [
            f"{one_line(called(kind))} {figure_text(bad)} of {figure_text(done[kind])}" for kind, bad in failed.items()
        ]
        if parts:
            yield f"failed by operation type, by the {source}: {', '.join(parts)}"

    def _reasons(self, source: str) -> Iterator[str]:
        found = self._labelled(COMPENSATIONS, source, REASON)
        parts = [f"{one_line(called(reason))} {figure_text(figure)}" for reason, figure in found.items()]
        if parts:
            yield f"compensated by reason, by the {source}: {', '.join(parts)}"


_SOURCES: dict[str, tuple[tuple[str, str], ...]] = {METRICS: (), EVIDENCE: (("source", "evidence"),)}


def _source_words(own: dict[str, Figure]) -> Iterator[str]:
    yield own[SHARE].reason if SHARE in own else f"{figure_text(own[OPERATIONS])} operations"
    for figure_id, word in ((SUCCESS, "succeeded"), (COMPENSATION, "compensated")):
        yield f"{figure_text(own[figure_id])} {word}{_interval(own[figure_id])}"
    yield f"policy violations {figure_text(own[POLICY])}, residency violations {figure_text(own[RESIDENCY])}"
    if CLAIMED in own and own[CLAIMED].value != own[RESIDENCY].value:
        yield f"its operations claim {figure_text(own[CLAIMED])} of residency"
    if UNPLACED in own and own[UNPLACED].value:
        yield f"{figure_text(own[UNPLACED])} operations name no regions"
    if NEEDED in own and own[NEEDED].is_known:
        yield f"{figure_text(own[NEEDED])} operations are needed {own[NEEDED].reason}"


def _interval(figure: Figure) -> str:
    if figure.bounds is None:
        return ""
    low, high = figure.bounds
    low, high = interval_text((float(str(low)), float(str(high))))
    return f" (95 % interval {low} to {high})"


def _event(figure: Figure) -> str:
    labels = dict(figure.labels)
    kind, reason, impact = (one_line(labels[key]) or "not given" for key in ("operation_type", "reason", "impact"))
    note = f"; {one_line(figure.reason)}" if figure.reason else ""
    return f"  {figure.value}  {one_line(labels['operation'])}  {kind}: {reason}, impact {impact}{note}"


def _fact(figure: Figure) -> dict[str, Any]:
    bounds = None if figure.bounds is None else [plain(end) for end in figure.bounds]
    doubt = {"reason": figure.reason} if figure.quality is not Quality.ACTUAL else {}
    return {"value": plain(figure.value), "unit": figure.unit, **({"bounds": bounds} if bounds else {}), **doubt}
