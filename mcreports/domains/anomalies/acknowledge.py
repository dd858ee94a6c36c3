"""Acknowledging an anomaly: from the next snapshot on it is told with the note, and no longer counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.errors import UsageError
from mcreports.evidence.acknowledgements import Acknowledgement, record
from mcreports.figures import instant_text

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from mcreports.domains.anomalies.anomaly import Anomaly


@dataclass(frozen=True)
class Word:
    """What somebody says of an anomaly, and until when what goes on, or begins anew, is the same to them."""

    note: str
    by: str
    until: datetime | None = None


def acknowledge(folder: Path, anomaly: Anomaly, word: Word, at: datetime) -> Path:
    """Keep the acknowledgement of an anomaly in a directory; the file that it is now."""
    start, end = anomaly.window
    if word.until is not None and word.until <= start:
        msg = f"--until {instant_text(word.until)} is before the anomaly began, {instant_text(start)}"
        raise UsageError(msg)
    until = end if word.until is None else max(end, word.until)
    known = Acknowledgement(
        anomaly.id, anomaly.tenant, anomaly.what, anomaly.main or "", anomaly.side, start, until, word.note, word.by, at
    )
    return record(folder, known)
