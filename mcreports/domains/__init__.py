"""From samples to figures and verdicts: one module for each part of the runbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcreports.checks import Reconciliation, Verdict
    from mcreports.figures import Figure


@dataclass(frozen=True)
class Section:
    """What one domain has to say about one window."""

    figures: tuple[Figure, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    reconciliation: tuple[Reconciliation, ...] = ()

    def __add__(self, other: Section) -> Section:
        """Both sections as one."""
        return Section(
            self.figures + other.figures,
            self.verdicts + other.verdicts,
            self.reconciliation + other.reconciliation,
        )
