"""An outcome as a page beside its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from mcreports.evidence.outcomes import Outcome


def write_page(outcome: Outcome, file: Path, window: tuple[datetime, datetime] | None = None) -> Path:
    """Write the page of an outcome beside its file."""
    raise NotImplementedError((outcome, file, window))
