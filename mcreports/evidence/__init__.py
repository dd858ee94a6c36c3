"""Evidence: the files that a platform writes about itself, read with suspicion and recomputed."""

from __future__ import annotations

from mcreports.evidence.read import read
from mcreports.evidence.tables import fresh_from

__all__ = ["fresh_from", "read"]
