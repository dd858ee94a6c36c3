"""The tables that evidence becomes: flat, typed, the same after a trip through Parquet.

``files`` has a row for each file that was read, ``absent`` for each kind of file that must be there and
is not, ``faults`` for each thing that could not be used, ``claims`` for each claim that the details
allow to recompute; the others hold the details.
"""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mcreports.samples import TS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

Row = dict[str, object]
FRESH = timedelta(days=7)  # the runbook looks at the evidence once a week
GRACE = timedelta(days=1)  # what was written the morning after still speaks of the day

SCHEMAS: dict[str, dict[str, str]] = {
    "operations": {
        "file": "str", "tenant": "str", "operation_id": "str", "operation_type": "str", "ts": TS,
        "execution_time_ms": "float64", "success": "bool", "compensated": "bool", "policy": "int64",
        "residency": "int64", "residency_claimed": "int64", "data_region": "str", "processing_region": "str",
        "compensation_reason": "str", "simulation_id": "str", "tier": "str",
    },
    "compensations": {
        "file": "str", "tenant": "str", "operation_id": "str", "reason": "str", "ts": TS, "impact_level": "str",
    },
    "violations": {"file": "str", "tenant": "str", "operation_id": "str", "violation_type": "str", "ts": TS},
    "attestations": {
        "file": "str", "ts": TS, "platform_version": "str", "cases": "int64", "claimed_pass_rate": "float64",
        "pass_rate": "float64", "threshold": "float64", "hash_holds": "bool",
    },
    "attestation_results": {
        "file": "str", "tenant": "str", "response_id": "str", "ts": TS, "grounding_score": "float64", "passed": "bool",
    },
    "simulations": {
        "file": "str", "tenant": "str", "simulation_id": "str", "start": TS, "ts": TS, "operations": "int64",
        "claimed_success_rate": "float64", "success_rate": "float64", "claimed_compensation_rate": "float64",
        "compensation_rate": "float64", "has_details": "bool",
    },
    "budgets": {"file": "str", "tenant": "str", "ts": TS, "utilization": "float64", "status": "str"},
    "trajectories": {
        "file": "str", "name": "str", "tenant": "str", "steps": "int64", "holds": "bool", "fault": "str",
    },
    "bundles": {
        "file": "str", "ts": TS, "bundle_id": "str", "sections": "int64", "artifacts": "int64",
        "claimed_percent": "float64", "proven_percent": "float64",
    },
    "validations": {"file": "str", "ts": TS, "name": "str", "status": "str", "proof": "str", "text": "str"},
    "config": {"file": "str", "side": "str", "ts": TS, "path": "str", "content_hash": "str"},
    "config_changes": {
        "file": "str", "path": "str", "change": "str", "before": "str", "after": "str", "approval": "str",
        "approved_by": "str", "approved": TS, "why": "str", "note": "str",
    },
    "claims": {
        "file": "str", "kind": "str", "field": "str", "claimed": "str", "recomputed": "str", "holds": "bool",
    },
    "faults": {"file": "str", "kind": "str", "field": "str", "text": "str"},
    "absent": {"file": "str", "kind": "str"},
    "files": {"file": "str", "kind": "str", "tenant": "str", "since": TS, "ts": TS, "sha256": "str", "size": "int64"},
}  # fmt: skip


def frame(
    name: str, rows: Sequence[Row], schemas: Mapping[str, Mapping[str, str]] = MappingProxyType(SCHEMAS)
) -> pd.DataFrame:
    """The rows as the named table, instants given in milliseconds; text that UTF-8 cannot hold is escaped."""
    columns: dict[str, object] = {}
    for column, dtype in schemas[name].items():
        values = [row[column] for row in rows]
        if dtype == TS:
            stamps = np.array(["NaT" if value is None else value for value in values], dtype="datetime64[ms]")
            columns[column] = pd.DatetimeIndex(stamps).tz_localize("UTC").as_unit("ms")
        elif dtype == "str":
            columns[column] = pd.Series([clean(str(value)) for value in values], dtype="str")
        else:
            columns[column] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(columns)


def clean(text: str) -> str:
    r"""The text with lone surrogates written out.

    >>> clean("a\ud800")
    'a\\ud800'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def fresh_from(window: tuple[datetime, datetime]) -> datetime:
    """The instant after which a summary must have been written to speak for a window."""
    return min(window[0], window[1] - FRESH)


def keep(tables: Mapping[str, pd.DataFrame], window: tuple[datetime, datetime]) -> dict[str, pd.DataFrame]:
    """The tables without what is too old, or too new, to say anything about the window; faults of being so stay."""
    first, last = fresh_from(window), window[1] + GRACE
    files = tables["files"]
    # a baseline is old by its nature, and a file without an instant cannot prove that it is of another time
    other = (files["ts"] < first) | (files["since"] > last)
    away = set(files.loc[other & (files["kind"] != "config-baseline"), "file"])
    kept = {}
    for name, table in tables.items():
        stays = ~table["file"].isin(away)
        if name == "faults":
            stays |= table["kind"] == "stale"
        elif name not in {"files", "config"} and "ts" in table:
            stays &= table["ts"].isna() | ((table["ts"] >= first) & (table["ts"] <= last))
        kept[name] = table[stays].reset_index(drop=True)
    return kept
