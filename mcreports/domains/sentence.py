"""A sentence that holds figures, never loose numbers."""

from __future__ import annotations

from dataclasses import dataclass

from mcreports.figures import Figure


@dataclass(frozen=True)
class Said:
    """A figure in a sentence that shows its plus or minus; over or under stands beside it."""

    figure: Figure


Sentence = tuple[str | Figure | Said, ...]
