"""Compliance: the share of claims that hold, recomputed from the files themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mcreports.evidence.read import read
from mcreports.evidence.tables import frame
from mcreports.rules import Subject, digits, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from mcreports.checks import Verdict
    from mcreports.evidence.bundles.faults import Fault
    from mcreports.evidence.keys import Keyring
    from mcreports.rules import Rule

CHECK = "evidence.compliance"
STALE = "stale"
NAMES = {
    "attestation": "a grounding attestation",
    "config-baseline": "the configuration's baseline",
    "config-current": "the current configuration",
    "budgets": "a budget summary",
    "operations": "autonomy's operations",
}
MOST_SAID = 5


@dataclass(frozen=True)
class Compliance:
    """What was recomputed: of so many claims in so many files how many hold, what is wrong, too old, or not there.

    A file counts by its claims, and not for being there; one that is ``broken`` is a claim that is not proven.
    """

    files: int
    broken: int
    claims: int
    held: int
    contradicted: tuple[dict[str, str], ...] = ()
    faults: tuple[dict[str, str], ...] = ()
    stale: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def every(self) -> int:
        """How many claims there are, each broken file counting as one."""
        return self.claims + self.broken

    @property
    def percent(self) -> Fraction | None:
        """How much of it holds; nothing at all proves nothing."""
        return Fraction(100 * self.held, self.every) if self.every else None

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why what is there does not speak of the period."""
        nothing = () if self.every else ("there is no evidence of this period that claims anything",)
        lacking = (f"there is none of {', '.join(NAMES[kind] for kind in self.absent)}",) if self.absent else ()
        return (*self.stale, *nothing, *lacking)

    @property
    def wrong(self) -> tuple[str, ...]:
        """What does not hold and what cannot be read, the first of it in words."""
        said = [*map(_contradiction, self.contradicted), *map(_said, self.faults)]
        more = (f"and {len(said) - MOST_SAID} more",) if len(said) > MOST_SAID else ()
        return (*said[:MOST_SAID], *more)

    def as_dict(self) -> dict[str, Any]:
        """The compliance as a statement carries it."""
        percent = self.percent
        return {
            "percent": None if percent is None else digits(percent, [Fraction(0), Fraction(100)]),
            "files": self.files,
            "broken": self.broken,
            "claims": self.claims,
            "held": self.held,
            "contradicted": list(self.contradicted),
            "faults": list(self.faults),
            "stale": list(self.stale),
            "absent": list(self.absent),
        }


def measure(
    root: Path,
    window: tuple[datetime, datetime],
    keyring: Keyring,
    left_out: Sequence[Fault] = (),
    now: datetime | None = None,
) -> Compliance:
    """What a directory of evidence proves of a window; a file that had to be left out proves nothing."""
    return tally(read(root, window, keyring=keyring, now=now), left_out)


def tally(tables: Mapping[str, pd.DataFrame], left_out: Sequence[Fault] = ()) -> Compliance:
    """What the tables of evidence prove; tables without files, faults and claims prove nothing."""
    files, faults, claims, absent = (
        tables.get(name, frame(name, ())) for name in ("files", "faults", "claims", "absent")
    )
    current, stale = faults[faults["kind"] != STALE], faults[faults["kind"] == STALE]
    return Compliance(
        files=len(files),
        broken=len({*current["file"]} | {fault.file for fault in left_out}),
        claims=len(claims),
        held=int(claims["holds"].sum()),
        contradicted=tuple(_rows(claims[~claims["holds"]], "file", "field", "claimed", "recomputed")),
        faults=(*_rows(current, "file", "field", "text"), *(fault.as_dict() for fault in left_out)),
        stale=tuple(f"{row['file']}: {row['text']}" for row in _rows(stale, "file", "text")),
        absent=tuple(map(str, absent["kind"])),
    )


def judge_compliance(rule: Rule, found: Compliance | None, doubts: Sequence[str] = ()) -> Verdict:
    """100 % if all of it is proven; a doubt about the files themselves is never a pass."""
    if found is None:
        return judge(CHECK, rule, None, Subject(None), "; ".join(doubts) or "nothing was recomputed")
    doubt = "; ".join([*doubts, *found.doubts])
    verdict = judge(CHECK, rule, found.percent, Subject(None, (CHECK,), found.every or None), doubt)
    return replace(verdict, reason="; ".join(filter(None, [verdict.reason, *found.wrong])))


def _contradiction(row: dict[str, str]) -> str:
    return f"{row['file']}: {row['field']} claims {row['claimed']}, its details give {row['recomputed']}"


def _said(row: dict[str, str]) -> str:
    return " ".join(filter(None, [f"{row['file']}:", row.get("field", ""), row["text"]]))


def _rows(table: pd.DataFrame, *columns: str) -> Iterator[dict[str, str]]:
    for row in table[list(columns)].itertuples(index=False):
        yield {column: str(getattr(row, column)) for column in columns}
