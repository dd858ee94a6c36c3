"""Grounding attestations: a pass rate, the answers that it is made of, and a hash over both."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.evidence import fields
from mcreports.evidence.claims import SHARE, Contradiction, Found, agrees, claim, fault, several, some
from mcreports.evidence.fields import FieldError
from mcreports.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.evidence.files import Document
    from mcreports.evidence.tables import Row

HASH = "integrity_hash"
SUMMARY, DETAILS = "verification_summary", "verification_details"
RESULTS = f"{DETAILS}.individual_results"
NAMELESS = {"", "unknown", "none", "null", "n/a"}  # what stands where an answer has no name of its own
LEAST = Fraction(RULES["grounding.pass_rate"].fail) / 100
LOWEST = 0.5  # a score below it is of an answer that rests less on its sources than on nothing


def read_attestation(document: Document, tenants: Sequence[str]) -> Iterator[Found]:
    """The attestation's row, the results of the tenants, and each claim against all the results."""
    body, place = fields.record(document.body, ""), document.place
    at, threshold = fields.moment(body, "timestamp"), fields.number(body, f"{DETAILS}.threshold")
    claimed = {key: fields.number(body, f"{SUMMARY}.{key}") for key in ("pass_rate", "average_score")}
    cases = fields.whole(body, f"{SUMMARY}.total_cases")
    hashed = json.dumps({key: value for key, value in body.items() if key != HASH}, sort_keys=True)
    digest = hashlib.sha256(hashed.encode()).hexdigest()
    yield claim(place, HASH, fields.text(body, HASH), digest)
    path = f"{DETAILS}.threshold"
    if not LOWEST <= threshold <= 1:
        yield claim(place, path, threshold, f"a threshold is from {LOWEST} to 1", holds=False)
    results, false, faults = _results(document, max(threshold, LOWEST))
    yield from some(faults)
    yield claim(place, f"{SUMMARY}.total_cases", cases, len(results))
    yield from several(place, f"{RESULTS}[*].passed", len(results), false)
    share = Fraction(sum(bool(row["passed"]) for row in results), len(results)) if results else Fraction(0)
    holds = agrees(claimed["pass_rate"], share, SHARE, lambda rate: rate >= LEAST)
    yield claim(place, f"{SUMMARY}.pass_rate", claimed["pass_rate"], float(share), holds=holds)
    if results:
        mean = sum((Fraction(repr(row["grounding_score"])) for row in results), Fraction()) / len(results)
        holds = agrees(claimed["average_score"], mean)
        yield claim(place, f"{SUMMARY}.average_score", claimed["average_score"], float(mean), holds=holds)
    met = f"{SUMMARY}.threshold_met"
    yield claim(place, met, fields.flag(body, met), bool(results) and share >= LEAST)
    wanted = [row for row in results if not tenants or row["tenant"] in tenants]
    yield from (("attestation_results", {**row, "file": place.name, "ts": at}) for row in wanted)
    yield "attestations", {
        "file": place.name, "ts": at, "platform_version": fields.optional_text(body, "platform_version"),
        "cases": len(results), "claimed_pass_rate": claimed["pass_rate"],
        "pass_rate": float(share) if results else float("nan"), "threshold": threshold,
        "hash_holds": body[HASH] == digest, "misses": _misses(results, share),
    }  # fmt: skip


def _misses(results: list[Row], share: Fraction) -> str:
    """Why the attestation attests nothing; nothing if enough of its answers hold."""
    if not results:
        return "it holds no answer"
    count = sum(bool(row["passed"]) for row in results)
    return "" if share >= LEAST else f"{count} of its {len(results)} answers hold, {float(100 * share):.6g} %"


def _results(document: Document, threshold: float) -> tuple[list[Row], list[Contradiction], list[Found]]:
    """Each response once, passed if its score reaches the threshold; what it claims instead; what cannot be used.

    Answers without a name of their own all count, but that none of them counts twice is not proven.
    """
    rows: dict[str, Row] = {}
    false: list[Contradiction] = []
    faults: list[Found] = []
    for position, one in enumerate(fields.items(document.body, RESULTS)):
        path = f"{RESULTS}[{position}]"
        try:
            name, score = fields.text(one, "response_id"), fields.number(one, "grounding_score")
            tenant, passed = fields.text(one, "tenant"), fields.flag(one, "passed")
            if score > 1:
                raise FieldError("grounding_score", f"is {score!r}, not from 0 to 1")  # noqa: TRY301 - as the others
        except FieldError as error:
            faults.append(fault(document.place, f"{path}.{error.field}", error.text))
            continue
        is_nameless = name.strip().lower() in NAMELESS
        if name in rows:
            text = f"is {fields.shown(name)} for the second time" + (", which names no answer" if is_nameless else "")
            faults.append(fault(document.place, f"{path}.response_id", text))
            if not is_nameless:
                continue
        rows[path if name in rows else name] = {
            "tenant": tenant, "response_id": name, "grounding_score": score, "passed": score >= threshold,
            "is_nameless": is_nameless,
        }  # fmt: skip
        if passed != (score >= threshold):
            false.append((f"{path}.passed", passed, f"score {score!r} against {threshold!r}"))
    return list(rows.values()), false, faults
