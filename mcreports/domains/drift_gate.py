"""The gate over drift: the state as it is now, by its files and by the gauge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mcreports.checks import Status, Verdict
from mcreports.domains.details import contradiction
from mcreports.domains.drift import DRIFT, weigh
from mcreports.domains.drift_witnesses import Finding, compared_files, flat
from mcreports.evidence.tables import FRESH, frame

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from mcreports.evidence.configuration import Drift
    from mcreports.evidence.tables import Row
    from mcreports.rules import Rule

ATTESTATION, AGREEMENT = "config.attestation", "config.agreement"
SKEW = timedelta(minutes=5)
MOST_SAID = 5
TABLES = ("files", "faults", "claims", "config", "config_changes")


@dataclass(frozen=True)
class Gate:
    """What the gate saw in the files, and its verdicts, the first of which is on drift itself."""

    files: Finding
    verdicts: tuple[Verdict, ...]


def judge_gate(drift: Drift, gauge: Finding | None, rule: Rule, now: datetime) -> Gate:
    """The drift of now; beside it whether the files are what they claim, and whether both witnesses agree."""
    tables = _tables(drift)
    files = compared_files(tables, now - FRESH, now + SKEW)
    if files is None:
        files = Finding(None, "there are no config/config-baseline.json and config/config-current.json")
    verdicts = [weigh(rule, gauge, files)]
    if len(tables["claims"]):
        verdicts.append(_attested(tables["claims"], is_empty=tables["config"].empty))
    if gauge is not None and gauge.changes is not None and files.changes is not None:
        verdicts.append(_agreed(gauge.changes, files))
    return Gate(files, tuple(verdicts))


def _tables(drift: Drift) -> dict[str, pd.DataFrame]:
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for name, row in drift.rows():
        rows[name].append(row)
    return {name: frame(name, own) for name, own in rows.items()}


def _attested(claims: pd.DataFrame, *, is_empty: bool) -> Verdict:
    """Whether hash and list of each file are those of its contents; of no content at all nothing is attested."""
    false = [contradiction(claim) for claim in claims[~claims["holds"]].itertuples()]
    status = Status.FAIL if false else Status.UNKNOWN if is_empty else Status.PASS
    reason = flat("; ".join(false[:MOST_SAID])) or ("neither state holds a file" if is_empty else "")
    value = None if status is Status.UNKNOWN else str(len(false))
    return Verdict(ATTESTATION, None, status, value, "0", "<=", "contradictions", reason, (), len(claims))


def _agreed(up: int, files: Finding) -> Verdict:
    """Whether the gauge is up exactly where the files differ; once all is approved it may be down as well."""
    changes = files.changes or 0
    clashes = bool(up) != bool(changes) and not (files.is_approved and not up)
    seen = f"{changes} change{'' if changes == 1 else 's'}"
    reason = f"the files show {seen}, and the gauge is {up}" if clashes else ""
    status = Status.FAIL if clashes else Status.PASS
    return Verdict(AGREEMENT, None, status, str(int(clashes)), "0", "<=", "contradictions", reason, (DRIFT,))
