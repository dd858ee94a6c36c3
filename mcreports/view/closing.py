"""A report as plain JSON: what a notebook's last cell hands over and ``report.json`` carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.domains.story import Said
from mcreports.figures import Figure
from mcreports.view.format import Shape, figure_text

if TYPE_CHECKING:
    from mcreports.domains.compose import Report
    from mcreports.domains.story import Sentence

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


def sentence_text(sentence: Sentence) -> str:
    """A sentence with its figures printed as the page prints them."""
    return "".join(_part_text(part) for part in sentence)


SIGNED = Shape(sign=True)


def _part_text(part: str | Figure | Said) -> str:
    match part:
        case Figure():
            return figure_text(part)
        case Said():
            return figure_text(part.figure, SIGNED)
        case _:
            return part
