"""Rates of events, exact as fractions and shown with the interval that chance allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.domains.proof_size import Proof, wilson
from mcreports.figures import Figure, Quality

if TYPE_CHECKING:
    from mcreports.domains.events import Count, Source
    from mcreports.rules import Rule

METHOD = "ratio; bounds: wilson 95 %"


@dataclass(frozen=True)
class Rate:
    """``part`` of ``whole`` events, in percent; unknown where either is, or where there was no event at all."""

    part: Count
    whole: Count
    noun: str

    @property
    def percent(self) -> Fraction | None:
        """The unrounded rate."""
        if self.part.count is None or not self.whole.count:
            return None
        return Fraction(100 * self.part.count, self.whole.count)

    @property
    def doubt(self) -> str:
        """Why the rate may not be the whole truth, or is not known."""
        doubts = [*self.whole.doubts, *self.part.doubts]
        if self.whole.count == 0:
            doubts.append(f"no {self.noun}")
        return "; ".join(dict.fromkeys(doubts))

    @property
    def quality(self) -> Quality:
        """Unknown without a rate, estimated with a doubt, else actual."""
        if self.percent is None:
            return Quality.UNKNOWN
        return Quality.ESTIMATED if self.doubt else Quality.ACTUAL

    def figure(self, figure_id: str, tenant: str | None, source: Source) -> Figure:
        """This rate with its passport."""
        percent = self.percent
        seen = self.whole.seen
        figure = Figure(
            figure_id, tenant, None if percent is None else float(percent), "%", source.window, source.query, METHOD,
            self.quality, None, seen.share, seen.samples, self.whole.resets + self.part.resets, reason=self.doubt,
        )  # fmt: skip
        if percent is None or not 0 <= percent <= 100:  # noqa: PLR2004 - a percentage
            return figure
        return replace(figure, bounds=wilson(self.part.count or 0, self.whole.count or 0))

    def proof(self, rule: Rule) -> Proof | None:
        """What so many events prove of a rule for this rate; None without any."""
        if self.part.count is None or not self.whole.count:
            return None
        limit = Fraction(rule.fail) / 100
        if rule.op == ">=":
            return Proof(self.whole.count - self.part.count, self.whole.count, 1 - limit)
        return Proof(self.part.count, self.whole.count, limit)
