"""Configuration states: what they hold, how they differ, who approved that, and how the baseline comes back.

config/config-baseline.json, config-current.json     the state that was agreed on, and the one that runs
config/approvals/<20251103T090000Z>-<digest>.json    one approval each, a DSSE envelope, written once
config/backup/config-current-<stamp>.json            what a restore replaced
"""

from __future__ import annotations

from mcreports.evidence.configuration.gather import Drift, gather
from mcreports.evidence.configuration.state import KINDS

__all__ = ["KINDS", "Drift", "gather"]
