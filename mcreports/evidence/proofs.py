"""Proofs: which of the files that were read prove something, and why each other one does not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from mcreports.evidence.tables import Row

CONFIG = frozenset({"config-baseline", "config-current"})
SINGLE = frozenset({"operations", "compensations", "violations", "simulation"})
# what a name speaks of, the first that fits, and the kinds of files that could prove it
SUBJECTS: dict[str, frozenset[str]] = {
    r"trajector|\breact\b|golden": frozenset({"golden-set"}),
    r"ground|\brag\b": frozenset({"attestation"}),
    r"simulat": frozenset({"simulation"}),
    r"autonomy|autonomous": SINGLE,
    r"dashboard|observab|gateway|egress|network|gates?\b|pipeline|script|\bci\b": frozenset(),
    r"budget": frozenset({"budgets"}),
    r"config|drift": CONFIG,
    r"bundle|evidence": frozenset({"bundle"}),
}


@dataclass(frozen=True)
class Proofs:
    """The files that were read, their claims, and why a file proves nothing although it was read."""

    files: Mapping[str, Row]
    claims: Mapping[str, list[Row]]
    problems: Mapping[str, str]
    rates: Mapping[str, Fraction]  # in percent: of answers that hold, or of operations that succeeded

    def of(self, kinds: Collection[str]) -> list[str]:
        """The newest file of each kind and tenant, and those of which nobody knows how old they are."""
        own = [row for row in self.files.values() if row["kind"] in kinds]
        newest: dict[tuple[object, object], int] = {}
        for row in own:
            if row["ts"] is not None:
                key = row["kind"], row["tenant"]
                newest[key] = max(newest.get(key, 0), int(str(row["ts"])))
        return [str(row["file"]) for row in own if row["ts"] in {None, newest.get((row["kind"], row["tenant"]))}]

    def against(self, kinds: Collection[str]) -> list[str]:
        """Why the newest files of some kinds prove nothing, each with its name."""
        return [f"{name}: {self.problems[name]}" for name in self.of(kinds) if name in self.problems]


def words(name: str) -> str:
    """A name as words.

    >>> words("E2_ConfigAttestation")
    'e2 config attestation'
    """
    return " ".join(re.findall(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+|\d+", name)).lower() or name.lower()


def subject(name: str) -> tuple[str, frozenset[str]] | None:
    """What a name speaks of, and the kinds of files that could prove it; None for a name that says nothing.

    >>> subject("E3_Gateway_Config")[1], sorted(subject("E4_Grounding")[1])
    (frozenset(), ['attestation'])
    """
    said = words(name)
    return next(((key, kinds) for key, kinds in SUBJECTS.items() if re.search(key, said)), None)


def weigh(rows: Mapping[str, list[Row]]) -> Proofs:
    """What the rows that were read so far prove."""
    claims: dict[str, list[Row]] = {}
    for row in rows["claims"]:
        claims.setdefault(str(row["file"]), []).append(row)
    problems: dict[str, str] = {}
    for name, text in _problems(rows):
        problems.setdefault(name, text)
    rates = {str(row["file"]): _percent(row["pass_rate"], 100) for row in rows["attestations"]}
    rates |= {str(row["file"]): _percent(row["success_rate"], 1) for row in rows["simulations"]}
    known = {name: rate for name, rate in rates.items() if rate is not None}
    return Proofs({str(row["file"]): row for row in rows["files"]}, claims, problems, known)


def _problems(rows: Mapping[str, list[Row]]) -> Iterator[tuple[str, str]]:
    """What speaks against each file: it is broken, what it tells of did not succeed, or it contradicts itself."""
    for row in rows["faults"]:
        yield str(row["file"]), f"{row['field']} {row['text']}".strip()
    for name in ("attestations", "simulations", "trajectories", "bundles"):
        yield from ((str(row["file"]), str(row["misses"])) for row in rows[name] if row.get("misses"))
    yield from _drift(rows)
    for row in rows["claims"]:
        if not row["holds"]:
            told = f"{row['field']} claims {row['claimed']}, its details give {row['recomputed']}"
            yield str(row["file"]), told


def _drift(rows: Mapping[str, list[Row]]) -> Iterator[tuple[str, str]]:
    sides = {str(row["side"]): str(row["file"]) for row in rows["config"]}
    if "baseline" not in sides:
        yield from ((name, "there is no baseline to hold it against") for name in sides.values())
    for row in rows["config_changes"]:
        if not row["approval"]:
            yield str(row["file"]), f"{row['change']} without approval: {row['path']}"


def _percent(value: object, scale: int) -> Fraction | None:
    number = float(str(value))
    return None if number != number else scale * Fraction(repr(number))  # noqa: PLR0124 - nan is no rate
