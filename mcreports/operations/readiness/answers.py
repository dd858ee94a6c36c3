"""Validations of the answers: grounding as its attestations' own details give it, and the golden set's rules."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.domains.trajectories import judge_trajectories
from mcreports.evidence import read_golden_set
from mcreports.evidence.files import GOLDEN_SET
from mcreports.operations.readiness.details import against, pieces, speaking
from mcreports.operations.readiness.finding import Finding, counted, of_verdicts
from mcreports.operations.readiness.results import kept
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from mcreports.checks import Verdict
    from mcreports.operations.readiness.grounds import Grounds

ATTESTATION = frozenset({"attestation"})
PASS_RATE = "grounding.pass_rate"  # noqa: S105 - a check's name


def grounding(grounds: Grounds) -> Finding:
    """The newest attestation, recomputed now, and the latest verification, which has the counters as well."""
    tables = grounds.tables
    files = speaking(grounds, ATTESTATION)
    newest = list(files.loc[files["ts"] == files["ts"].max(), "file"])
    results = tables["attestation_results"]
    results = results[results["file"].isin(newest)]
    verdicts = tuple(_rates(grounds, results)) if newest else ()
    wrong, doubts = against(tables, ATTESTATION, newest)
    if not newest:
        doubts = (*doubts, f"no attestation in {grounds.root} is of the days since {grounds.earliest:%Y-%m-%d}")
    at = files["ts"].max().to_pydatetime() if newest else None
    attested = of_verdicts(verdicts, "", pieces(files[files["file"].isin(newest)]), at)
    verified = kept(grounds, "grounding.verification")
    held = f"{int(results['passed'].sum()):,} of {counted(len(results), 'attested answer')}"
    return Finding(
        f"{held} hold, recomputed; {verified.told}", attested.good + verified.good, attested.every + verified.every,
        (*wrong, *attested.wrong, *verified.wrong), (*doubts, *attested.doubts, *verified.doubts),
        (*attested.pieces, *verified.pieces), min(filter(None, [at, verified.at]), default=None),
    )  # fmt: skip


def trajectories(grounds: Grounds) -> Finding:
    """The rules of the golden set, tried on each of its cases now."""
    file = grounds.settings.evidence.golden_set
    tables = grounds.tables if file is None else read_golden_set(file)
    verdicts = judge_trajectories(tables, (grounds.earliest, grounds.now)).verdicts
    files = tables["files"]
    own = files[files["kind"] == GOLDEN_SET]
    wrong, _ = against(tables, frozenset({GOLDEN_SET}), list(own["file"]))
    doubts = () if verdicts else ("there is no golden set: set evidence.golden_set, or put one into the evidence",)
    told = f"the rules are kept in {counted(len(tables['trajectories']), 'case')}, tried now"
    found = of_verdicts(verdicts, told, pieces(own), grounds.now, doubts)
    return Finding(found.told, found.good, found.every, (*wrong, *found.wrong), found.doubts, found.pieces, grounds.now)


def _rates(grounds: Grounds, results: pd.DataFrame) -> Iterator[Verdict]:
    """The pass rate of all answers, and of each tenant's."""
    for tenant in [None, *sorted(results["tenant"].unique())]:
        own = results if tenant is None else results[results["tenant"] == tenant]
        percent = Fraction(100 * int(own["passed"].sum()), len(own)) if len(own) else None
        yield judge(PASS_RATE, grounds.settings.rule(PASS_RATE, tenant), percent, Subject(tenant, n=len(own)))
