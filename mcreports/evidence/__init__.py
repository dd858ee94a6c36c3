"""Evidence: the files that a platform writes about itself, read with suspicion and recomputed."""

from __future__ import annotations

from mcreports.evidence.read import read, read_golden_set
from mcreports.evidence.search import Everyone
from mcreports.evidence.tables import fresh_from

__all__ = ["Everyone", "fresh_from", "read", "read_golden_set"]
