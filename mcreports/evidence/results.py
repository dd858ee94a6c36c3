"""The latest results of the runbook's checks as tables, as of the time that a report speaks of."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from mcreports.evidence.fields import EPOCH, MILLISECOND
from mcreports.evidence.kept import Found, latest
from mcreports.evidence.tables import GRACE, frame
from mcreports.samples import TS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from mcreports.evidence.keys import Keyring
    from mcreports.evidence.tables import Row

# which results each report carries, in the order in which they are told
CARRIED: dict[str, tuple[str, ...]] = {
    "daily": ("config.drift", "autonomy.validation"),
    "weekly": ("evidence.bundle", "grounding.verification", "egress"),
    "monthly": ("readiness", "evidence.archive"),
}
WEEKLY, MONTHLY = timedelta(days=7), timedelta(days=35)
# how long before a period's end a result may be for it to speak of the period: how often the runbook asks
FRESH = {
    "config.drift": timedelta(days=1),
    "autonomy.validation": timedelta(hours=6),
    "evidence.bundle": WEEKLY,
    "grounding.verification": WEEKLY,
    "egress": WEEKLY,
    "readiness": MONTHLY,
    "evidence.archive": MONTHLY,
}
SCHEMAS: dict[str, dict[str, str]] = {
    # ``ts`` is when it was found out, ``until`` what it speaks of, ``looked`` as of when the latest was looked for
    "outcomes": {
        "check": "str", "file": "str", "ts": TS, "until": TS, "looked": TS, "keyid": "str", "doubt": "str",
        "source": "str", "subject": "str",
    },
    "outcome_verdicts": {
        "check": "str", "file": "str", "of": "str", "tenant": "str", "labels": "str", "status": "str", "reason": "str",
    },
}  # fmt: skip


def as_of(end: datetime, now: datetime) -> datetime:
    """The instant as of which a report of a period with this end looks for the latest results."""
    return min(now, end + GRACE)


@dataclass(frozen=True)
class Shelf:
    """Where results are kept, the keys that may have signed them, and of whom a check must be (else the platform)."""

    out: Path
    keyring: Keyring
    subjects: Mapping[str, str] = field(default_factory=dict)


def read_results(
    report: str, shelf: Shelf, looked: datetime, fresh: Mapping[str, Found] = MappingProxyType({})
) -> dict[str, pd.DataFrame]:
    """The tables of the results that a report carries; none for a report without any.

    ``fresh`` are outcomes that were found out just now, instead of those that were kept.
    """
    checks = CARRIED.get(report, ())
    if not checks:
        return {}
    found = [fresh.get(check) or _latest(shelf, check, looked) for check in checks]
    rows: dict[str, Sequence[Row]] = {
        "outcomes": [_row(one, looked, shelf.subjects.get(one.check, "")) for one in found],
        "outcome_verdicts": [row for one in found for row in _verdicts(one)],
    }
    return {name: frame(name, own, SCHEMAS) for name, own in rows.items()}


def _latest(shelf: Shelf, check: str, looked: datetime) -> Found:
    return latest(shelf.out, check, shelf.keyring, looked, shelf.subjects.get(check, ""))


def _row(found: Found, looked: datetime, subject: str) -> Row:
    own = found.outcome
    at, until = (None, None) if own is None else (_milliseconds(own.at), _milliseconds(own.speaks_until))
    return {
        "check": found.check, "file": found.file, "ts": at, "until": until, "looked": _milliseconds(looked),
        "keyid": found.keyid, "doubt": found.doubt,
        "source": "" if own is None else own.source, "subject": subject,
    }  # fmt: skip


def _verdicts(found: Found) -> list[Row]:
    every = () if found.outcome is None else found.outcome.verdicts
    return [
        {
            "check": found.check, "file": found.file, "of": verdict.check, "tenant": verdict.tenant or "",
            "labels": json.dumps(dict(verdict.labels), sort_keys=True), "status": verdict.status.value,
            "reason": verdict.reason,
        }
        for verdict in every
    ]  # fmt: skip


def _milliseconds(at: datetime) -> int:
    return (at - EPOCH) // MILLISECOND
