"""Grounding: how many answers were checked against their sources, and how many held."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcreports.checks import Status, Verdict
from mcreports.domains import Section
from mcreports.domains.details import METHOD, SOURCE, contradiction, pointer
from mcreports.domains.events import Count, Source, together
from mcreports.domains.rates import Rate
from mcreports.domains.series import Seen
from mcreports.domains.tally import tally
from mcreports.evidence.tables import GRACE, fresh_from
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from mcreports.figures import Figure
    from mcreports.snapshot import Snapshot

CHECKS = "grounding.checks"
PASS_RATE = "grounding.pass_rate"  # noqa: S105 - a figure's name
ATTESTATION = "grounding.attestation"


def judge_grounding(snapshot: Snapshot, start: datetime, end: datetime) -> Section:
    """Checks and pass rate of every expected tenant and of all in [start, end), from counters and attestations."""
    counted = tally(snapshot, CHECKS, start, end)
    checks = {tenant: counted.of(tenant) for tenant in snapshot.tenants}
    held = {tenant: counted.of(tenant, result="pass") for tenant in snapshot.tenants}
    figures: list[Figure] = []
    verdicts: list[Verdict] = []
    for tenant in (None, *snapshot.tenants):
        whole = together(checks) if tenant is None else checks[tenant]
        part = together(held) if tenant is None else held[tenant]
        every, good = counted.source(tenant), counted.source(tenant, result="pass")
        rate = Rate(part, whole, "checks")
        figures.append(whole.figure(CHECKS, tenant, "checks", every))
        figures.append(rate.figure(PASS_RATE, tenant, replace(good, query=f"{good.query} ; {every.query}")))
        subject = Subject(tenant, (PASS_RATE, CHECKS), whole.count)
        verdicts.append(judge(PASS_RATE, snapshot.rule(PASS_RATE, tenant), rate.percent, subject, rate.doubt))
    section = Section(tuple(figures), tuple(verdicts))
    return section + _attested(snapshot, (start, end))


def _attested(snapshot: Snapshot, window: tuple[datetime, datetime]) -> Section:
    """The pass rate that the attestations' own details give, and whether their claims agree with it."""
    attestations, faults = (snapshot.evidence.get(name) for name in ("attestations", "faults"))
    if attestations is None or faults is None:
        return Section()
    broken = faults[faults["kind"] == "attestation"]
    if attestations.empty and broken.empty:
        return Section()
    files, results = speaking(snapshot, window)
    figures: list[Figure] = []
    verdicts: list[Verdict] = [_claims(snapshot, files, broken)]
    tenants = [tenant for tenant in snapshot.tenants if (results["tenant"] == tenant).any()]
    for tenant in [None, *tenants] if tenants else []:
        own = results if tenant is None else results[results["tenant"] == tenant]
        rate = _rate(own)
        source = Source(window, f"{pointer(own)}#/verification_details/individual_results", METHOD)
        figures.append(replace(rate.whole.figure(CHECKS, tenant, "checks", source), labels=SOURCE))
        figures.append(replace(rate.figure(PASS_RATE, tenant, source), labels=SOURCE))
        subject = Subject(tenant, (PASS_RATE, CHECKS), rate.whole.count, SOURCE)
        verdicts.append(judge(PASS_RATE, snapshot.rule(PASS_RATE, tenant), rate.percent, subject))
    return Section(tuple(figures), tuple(verdicts))


def speaking(snapshot: Snapshot, window: tuple[datetime, datetime]) -> tuple[list[str], pd.DataFrame]:
    """The files attested in (start, end], or the newest that is still fresh, and their results of expected tenants."""
    attestations, results = (snapshot.evidence[name] for name in ("attestations", "attestation_results"))
    files = _speaking(attestations, window)
    return files, results[results["file"].isin(files) & results["tenant"].isin(snapshot.tenants)]


def _speaking(attestations: pd.DataFrame, window: tuple[datetime, datetime]) -> list[str]:
    ts = attestations["ts"]
    inside = attestations[(ts > window[0]) & (ts <= window[1])]
    if inside.empty:
        fresh = attestations[(ts > fresh_from(window)) & (ts <= window[1] + GRACE)]
        inside = fresh[fresh["ts"] == fresh["ts"].max()]
    return list(inside["file"])


def _rate(results: pd.DataFrame) -> Rate:
    whole, part = len(results), int(results["passed"].sum())
    part_count, whole_count = (Count(n, n, n, seen=Seen(n, n)) for n in (part, whole))
    return Rate(part_count, whole_count, "checks")


def _claims(snapshot: Snapshot, files: list[str], broken: pd.DataFrame) -> Verdict:
    """Whether everything that the attestations claim follows from their details; a fault in one proves nothing."""
    attestations, claims = snapshot.evidence["attestations"], snapshot.evidence["claims"]
    own = claims[claims["file"].isin(files)]
    false = [contradiction(claim) for claim in own[~own["holds"]].itertuples()]
    # a file that could not be read at all may be of any window
    faults = broken[broken["file"].isin(files) | ~broken["file"].isin(attestations["file"])]
    doubts = [f"{fault.file}: {fault.field} {fault.text}" for fault in faults.itertuples()]
    if not len(own) and len(attestations):
        doubts.append(f"no attestation is of this window; the newest is of {attestations['ts'].max().isoformat()}")
    status = Status.FAIL if false else Status.PASS if len(own) and not doubts else Status.UNKNOWN
    reason = "; ".join([*false, *doubts])
    return Verdict(
        ATTESTATION, None, status, str(len(false)) if len(own) else None, "0", "<=", "contradictions", reason,
        (PASS_RATE,), len(own),
    )  # fmt: skip
