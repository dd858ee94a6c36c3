"""Whom to tell: which level of the contacts is reached, since when, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from mcreports.checks import Status
from mcreports.domains.autonomy import COMPENSATION, POLICY, RESIDENCY, SUCCESS
from mcreports.domains.drift import DRIFT
from mcreports.domains.incident_case import FAIL, OVERRUN, SINCE, WARN, Case, deadline, instant_of
from mcreports.domains.incident_take import COLUMNS, TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mcreports.checks import Verdict
    from mcreports.figures import Figure

TELL_BY = "incident.tell_by"
# for each subject and area, in words, what each level is told of; what no figure can say is for people to decide
LEVELS: dict[str, dict[str, tuple[str, ...]]] = {
    "budget": {"budget": ("a budget warning", "a critical budget alert", "a budget that is overrun")},
    "autonomy": {
        "technical": ("too many failures or compensations", "if a system fails", "if a critical system is out"),
        "security": (
            "a violation of a policy, or graver",
            "a residency violation, or graver",
            "violations of both kinds",
        ),
    },
    "drift": {
        "technical": ("a configuration that drifted", "if it has to be restored", "if a critical system is out"),
        "security": ("changes to be reviewed", "if a change reaches residency", "if it is a major incident"),
    },
}


@dataclass(frozen=True)
class Call:
    """One contact: of which area and level, told of what; ``since`` and ``until`` where that has happened."""

    area: str
    level: int
    name: str
    address: str
    within: timedelta
    of: str
    since: datetime | None = None


def calls(subject: str, table: pd.DataFrame, reached: Mapping[tuple[str, int], datetime]) -> tuple[Call, ...]:
    """Every contact of the areas that the subject concerns, level by level."""
    found = []
    for area, words in LEVELS[subject].items():
        for row in table[table["area"] == area].itertuples():
            level = int(str(row.level))
            of = words[min(level, len(words)) - 1]
            within = timedelta(seconds=float(str(row.within)))
            since = reached.get((area, level))
            found.append(Call(area, level, str(row.name), str(row.address), within, of, since))
    return tuple(found)


def calls_of(case: Case, figures: Sequence[Figure], verdicts: Sequence[Verdict]) -> tuple[Call, ...]:
    """The contacts of a case, with the instant since when each is to be told."""
    table = case.snapshot.evidence.get(TABLE, pd.DataFrame(columns=list(COLUMNS)))
    return calls(case.subject, table, _reached(case, figures, verdicts))


def tell_by(case: Case, every: Sequence[Call]) -> Iterator[Figure]:
    """Until when each contact that is to be told is told."""
    for call in every:
        if call.since is not None:
            yield deadline(TELL_BY, case, call.since, call.within, area=call.area, level=str(call.level))


def _reached(case: Case, figures: Sequence[Figure], verdicts: Sequence[Verdict]) -> dict[tuple[str, int], datetime]:
    """Since when each level has been concerned; what began nobody knows when counts from now."""
    began = _Began(case, figures, verdicts)
    if case.subject == "budget":
        found = {
            ("budget", 1): began.any(WARN, FAIL, OVERRUN),
            ("budget", 2): began.failing(),
            ("budget", 3): began.any(OVERRUN),
        }
    elif case.subject == "autonomy":
        policy, residency = began.failing(POLICY), began.failing(RESIDENCY)
        both = None if policy is None or residency is None else max(policy, residency)
        found = {
            ("technical", 1): began.failing(SUCCESS, COMPENSATION),
            ("security", 1): policy,
            ("security", 2): residency,
            ("security", 3): both,
        }
    else:
        found = {("technical", 1): began.failing(DRIFT), ("security", 1): began.failing(DRIFT)}
    reached = {place: at for place, at in found.items() if at is not None}
    for (area, level), at in list(reached.items()):
        # who is told of more has those below told of it, too
        reached |= {(area, below): min(at, reached.get((area, below), at)) for below in range(1, level)}
    if not reached and any(verdict.status is Status.UNKNOWN for verdict in verdicts):
        # nobody can say that all is well: the first level of the first area looks into it
        reached[next(iter(LEVELS[case.subject])), 1] = case.at
    return reached


@dataclass(frozen=True)
class _Began:
    case: Case
    figures: Sequence[Figure]
    verdicts: Sequence[Verdict]

    def any(self, *levels: str) -> datetime | None:
        """The first instant at which a condition of one of these levels began; now, where its verdict has none."""
        known = [f for f in self.figures if f.id == SINCE and dict(f.labels)["level"] in levels]
        first = min((instant_of(f) for f in known), default=None)
        statuses = {Status.WARN, Status.FAIL} if WARN in levels else {Status.FAIL} if FAIL in levels else set()
        holds = any(v.status in statuses for v in self.verdicts)
        return first if first is not None else self.case.at if holds else None

    def failing(self, *checks: str) -> datetime | None:
        """The first instant at which one of the checks that fail began to; of all checks where none is named."""
        own = {v.check for v in self.verdicts if v.status is Status.FAIL and (not checks or v.check in checks)}
        if not own:
            return None
        known = [f for f in self.figures if f.id == SINCE and dict(f.labels)["condition"] in own]
        starts = [instant_of(f) for f in known if dict(f.labels)["level"] == FAIL]
        return min(starts, default=self.case.at)
