"""Whom to tell: which level of the contacts is reached, since when, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

import pandas as pd

from mcreports.checks import Status
from mcreports.domains.autonomy import KINDS
from mcreports.domains.drift import DRIFT
from mcreports.domains.incidents.case import FAIL, SINCE, Case, deadline, instant_of
from mcreports.domains.incidents.take import COLUMNS, TABLE
from mcreports.escalation import places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mcreports.checks import Verdict
    from mcreports.escalation import Area, Grade, Place
    from mcreports.figures import Figure

TELL_BY = "incident.tell_by"
GRADES: dict[Status, Grade] = {Status.WARN: "warn", Status.FAIL: "fail"}
MAJOR: Place = ("security", 3)  # violations of both kinds
# for each subject and area, in words, what each level is told of; what no figure can say is for people to decide
LEVELS: dict[str, dict[Area, tuple[str, ...]]] = {
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

    area: Area
    level: int
    name: str
    address: str
    within: timedelta
    of: str
    since: datetime | None = None


def calls(subject: str, table: pd.DataFrame, reached: Mapping[Place, datetime]) -> tuple[Call, ...]:
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


def _reached(case: Case, figures: Sequence[Figure], verdicts: Sequence[Verdict]) -> dict[Place, datetime]:
    """Since when each level has been concerned; what began nobody knows when counts from now."""
    began = _began(case, figures, verdicts)
    found = [(place, at) for (check, grade), at in began.items() for place in places(check, grade)]
    both = [began[check, FAIL] for check in KINDS if (check, FAIL) in began]
    if len(both) == len(KINDS):
        found.append((MAJOR, max(both)))
    reached: dict[Place, datetime] = {}
    for (area, level), at in found:
        # who is told of more has those below told of it, too
        reached |= {(area, below): min(at, reached.get((area, below), at)) for below in range(1, level + 1)}
    if any(verdict.status is Status.UNKNOWN for verdict in verdicts):
        # nobody can say that all is well: the first level of the first area looks into it
        reached.setdefault((next(iter(LEVELS[case.subject])), 1), case.at)
    return reached


def _began(case: Case, figures: Sequence[Figure], verdicts: Sequence[Verdict]) -> dict[tuple[str, Grade], datetime]:
    """When each check came to each grade that it has reached."""
    # a drift that is a warning is approved: nobody has to be told
    approved = {v.check for v in verdicts if v.check == DRIFT and v.status is Status.WARN}
    wrong = [v for v in verdicts if v.status in GRADES and v.check not in approved]
    began: dict[tuple[str, Grade], datetime] = {(v.check, GRADES[v.status]): case.at for v in wrong}
    for figure in figures:
        labels = dict(figure.labels)
        if figure.id == SINCE and labels["condition"] not in approved:
            began[labels["condition"], cast("Grade", labels["level"])] = instant_of(figure)
    return began
