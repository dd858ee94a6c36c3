"""What the validations may look at, and the time that it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mcreports import evidence
from mcreports.errors import UsageError
from mcreports.sources.access import Access

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from mcreports.evidence.keys import Keyring
    from mcreports.metrics import Metric
    from mcreports.settings import Settings

SERVERS = ("http", "https")


@dataclass(frozen=True)
class Grounds:
    """The settings, the metrics as the server calls them, the keys whose signatures count, and now."""

    settings: Settings
    metrics: Mapping[str, Metric]
    keyring: Keyring
    now: datetime

    @property
    def root(self) -> Path:
        """The directory of evidence."""
        found = self.settings.report.evidence
        if found is None:
            raise UsageError("no directory of evidence is named: give --evidence, or set report.evidence")
        return found

    @property
    def earliest(self) -> datetime:
        """What is older than this proves nothing about now."""
        return self.now - self.settings.readiness.max_age

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All evidence that is young enough, read once."""
        return evidence.read(self.root, (self.earliest, self.now), (), self.keyring, self.now)

    @property
    def server(self) -> Access:
        """The server that answers PromQL."""
        scheme = self.settings.source.url.partition(":")[0].strip().lower()
        if scheme not in SERVERS:
            msg = f"the source is {scheme}:, no server that answers PromQL: give --source http(s)://..."
            raise UsageError(msg)
        return Access.of(self.settings.source)
