"""A tenant's operations event by event, as the details of the evidence tell of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mcreports.domains.autonomy import OPERATIONS
from mcreports.domains.details import rows
from mcreports.domains.incidents.counted import Steps
from mcreports.plan import BEFORE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.domains.incidents.case import Case

COMPENSATIONS, VIOLATIONS = "autonomy.compensations", "autonomy.violations"


class Evidence:
    """The details in evidence files: an event that an operation and a list tell of is one."""

    method, is_exact = "event of the evidence", True

    def steps(self, case: Case, key: str, second: str | None = None) -> list[Steps]:
        """The tenant's events of a kind; ``second`` are the operations' status, or the violations' type."""
        done = _table(case, OPERATIONS).groupby("operation_id").agg(
            {"ts": "min", "success": "min", "compensated": "max", "policy": "max", "residency": "max"}
        )  # fmt: skip
        if key == OPERATIONS:
            return [_of(done["ts"] if second is None else done.loc[done["success"], "ts"])]
        listed = _table(case, key)
        if key == COMPENSATIONS:
            every = pd.concat([done.loc[done["compensated"], "ts"], listed.set_index("operation_id")["ts"]])
            return [_of(every.groupby(level=0).min())]
        own = listed[listed["violation_type"] == second]
        named = own["operation_id"].value_counts().reindex(done.index, fill_value=0)
        more = (done[second] - named).clip(lower=0)
        return [_of(pd.concat([done["ts"].repeat(more.tolist()), own["ts"]]))]

    def instants(self, case: Case, keys: Sequence[str]) -> np.ndarray:
        """Every instant in ms at which the evidence has an operation, or one of these events."""
        tables = [_table(case, key) for key in dict.fromkeys((OPERATIONS, *keys))]
        return np.concatenate([table["ts"].astype("int64").to_numpy() for table in tables])

    def query(self, case: Case, keys: Sequence[str], **labels: str) -> str:
        """Where it is read from."""
        more = "".join(f" {name}={value}" for name, value in labels.items())
        return " ; ".join(f"autonomy/{case.tenant}/{key.removeprefix('autonomy.')}{more}" for key in keys)


def _table(case: Case, key: str) -> pd.DataFrame:
    """The tenant's rows up to the instant, that instant included."""
    span = case.snapshot.period.start - BEFORE, case.at + timedelta(milliseconds=1)
    return rows(case.snapshot, key.removeprefix("autonomy."), span, case.tenant)


def _of(ts: pd.Series) -> Steps:
    """Events that are each counted at their instant."""
    return Steps(np.sort(ts.astype("int64").to_numpy()), np.arange(len(ts) + 1, dtype=float))
