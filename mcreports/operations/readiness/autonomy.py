"""The validation of autonomy's evidence: operations that are there, that are of now, and that nothing contradicts."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.evidence.outcomes import SKEW
from mcreports.evidence.proofs import SINGLE
from mcreports.operations.readiness.details import against, pieces, speaking
from mcreports.operations.readiness.finding import Finding, counted
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from mcreports.operations.readiness.grounds import Grounds

RATES = {"success_rate": "autonomy.success_rate", "compensation_rate": "autonomy.compensation_rate"}
MOST_PIECES = 20


def autonomy_evidence(grounds: Grounds) -> Finding:
    """Operations of the last days, with all that is claimed about them; what a simulation came to counts as well."""
    tables, tenant = grounds.tables, grounds.settings.schedule.autonomy_tenant
    files = speaking(grounds, SINGLE)
    done = tables["operations"]
    done = done[done["ts"].between(grounds.earliest, grounds.now + SKEW)]
    wrong, doubts = against(tables, SINGLE, list(files["file"]))
    claims = tables["claims"]
    held = claims[claims["file"].isin(files["file"]) & claims["holds"]]
    if done.empty or not (done["tenant"] == tenant).any():
        doubts = (*doubts, f"no operation of {tenant} since {grounds.earliest:%Y-%m-%d %H:%M} UTC is in evidence")
    missed = tuple(_misses(grounds, tables["simulations"]))
    good = len(done) + len(held)
    told = f"{counted(len(done), 'operation')}, and {counted(len(held), 'claim')} that their details bear out"
    at = None if done.empty else done["ts"].max().to_pydatetime()
    return Finding(
        told, good, good + len(wrong) + len(missed), (*missed, *wrong), doubts, pieces(files)[:MOST_PIECES], at
    )


def _misses(grounds: Grounds, simulations: pd.DataFrame) -> Iterator[str]:
    """The simulations whose own operations do not reach what is asked for."""
    for row in simulations[simulations["ts"] >= grounds.earliest].itertuples():
        for column, check in RATES.items():
            rate = float(getattr(row, column))
            percent = Fraction(repr(rate)) if rate == rate else None  # noqa: PLR0124 - nan is no rate
            verdict = judge(check, grounds.settings.rule(check, str(row.tenant)), percent, Subject(str(row.tenant)))
            if percent is not None and verdict.reason:
                yield f"{row.file}: the simulation's {column.replace('_', ' ')} of {verdict.reason}"
