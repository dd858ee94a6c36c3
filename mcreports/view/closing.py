"""A report as plain JSON: what a notebook's last cell hands over and ``report.json`` carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.figures import Figure
from mcreports.view.format import figure_text

if TYPE_CHECKING:
    from mcreports.domains.compose import Report

MIME = "application/vnd.mcreports.closing.v1+json"


def closing(report: Report) -> dict[str, object]:
    """The verdict in words, and every figure, verdict, reconciliation and note."""
    said = report.headline
    return {
        "verdict": {
            "status": said.status.value,
            "headline": said.text,
            "sentences": [sentence_text(sentence) for sentence in said.sentences],
        },
        "figures": [figure.as_dict() for figure in report.figures],
        "verdicts": [verdict.as_dict() for verdict in report.verdicts],
        "reconciliation": [each.as_dict() for each in report.reconciliation],
        "notes": [note.text for note in report.snapshot.notes],
    }


def sentence_text(sentence: tuple[str | Figure, ...]) -> str:
    """A sentence with its figures printed as the page prints them."""
    return "".join(figure_text(part) if isinstance(part, Figure) else part for part in sentence)
