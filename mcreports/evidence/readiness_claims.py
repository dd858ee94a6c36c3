"""A readiness report: its counts against its own list, and its list against what the directory proves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.evidence import fields
from mcreports.evidence.artifacts import short
from mcreports.evidence.claims import PERCENT, Contradiction, Found, agrees, claim, fault, several, some
from mcreports.evidence.fields import FieldError, shown
from mcreports.evidence.proofs import subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.evidence.files import Document
    from mcreports.evidence.proofs import Proofs

SUMMARY, LIST = "summary", "epic_validations"
PASSED = {"pass", "passed", "ok", "success", "successful", "complete", "completed", "proven", "ready", "green"}
RATE = re.compile(r"(?:pass|success)[ _]rate[^0-9]{0,5}(\d{1,6}(?:\.\d{1,18})?)\s*(%?)", re.IGNORECASE)
FULL, FEW, MOST = 100, 6, 1000
WHEN = ("timestamp", "generated_at", "generation_timestamp", "validation_timestamp", "validation_date", "date")


@dataclass(frozen=True)
class Validation:
    """One named validation, and why it is not proven: contradicted, or nothing here speaks of it."""

    path: str
    name: str
    status: str
    details: str
    against: str = ""
    is_silent: bool = False

    @property
    def is_passed(self) -> bool:
        """Whether it claims to have passed."""
        return "".join(filter(str.isalpha, self.status)).lower() in PASSED

    @property
    def proof(self) -> str:
        """What the directory makes of the claim."""
        return "contradicted" if self.against else "unproven" if self.is_silent else "proven"


def read_readiness(document: Document, proofs: Proofs) -> Iterator[Found]:
    """Each validation of the report with what the directory makes of it, and each claim about all of them."""
    body, place = fields.record(document.body, ""), document.place
    validations, faults = _validations(document, proofs)
    at = None
    try:
        at = _moment(body)
    except FieldError as error:
        faults.append(fault(place, error.field, error.text))
    yield from some(faults)
    claimed = [one for one in validations if one.is_passed]
    false: list[Contradiction] = [
        (f"{one.path}.status", shown(one.status), one.against) for one in claimed if one.against
    ]
    false += [wrong for one in validations for wrong in _rates(one, proofs)]
    yield from several(place, f"{LIST}[*]", len(validations), false)
    for one in validations:
        told = one.against or ("nothing in this directory proves it" if one.is_silent else "")
        yield "validations", {
            "file": place.name, "ts": at, "name": one.name, "status": one.status,
            "proof": one.proof if one.is_passed else "not claimed", "text": told,
        }  # fmt: skip
    total, passed = len(validations), len(claimed)
    counts = {"total_validations": total, "passed_validations": passed, "failed_validations": total - passed}
    for name, count in counts.items():
        yield claim(place, f"{SUMMARY}.{name}", fields.whole(body, f"{SUMMARY}.{name}"), count)
    rate, share = fields.number(body, f"{SUMMARY}.pass_rate_percent"), Fraction(FULL * passed, total) if total else None
    holds = share is not None and agrees(rate, share, PERCENT, lambda percent: percent >= FULL)
    true = "of nothing" if share is None else float(share)
    yield claim(place, f"{SUMMARY}.pass_rate_percent", rate, true, holds=holds)
    ready = f"{SUMMARY}.production_ready"
    proven = [one for one in claimed if one.proof == "proven"]
    is_ready = bool(validations) and len(proven) == total
    others = _few([short(one.name) for one in validations if one not in proven], ", ", 2 * FEW)
    told = f"{is_ready}: {len(proven)} of {total} are proven" + (f", not {others}" if others else "")
    said = fields.flag(body, ready)
    # to call itself not ready is never too much
    yield claim(place, ready, said, told, holds=is_ready or not said)


def _moment(body: dict[str, object]) -> int | None:
    """When the report was made, if it says so anywhere."""
    for path in (*(f"report_metadata.{key}" for key in WHEN), "timestamp"):
        try:
            fields.dig(body, path)
        except FieldError:
            continue
        return fields.moment(body, path)
    return None


def _validations(document: Document, proofs: Proofs) -> tuple[list[Validation], list[Found]]:
    found: dict[str, Validation] = {}
    faults: list[Found] = []
    for position, body in enumerate(fields.items(document.body, LIST, MOST)):
        path = f"{LIST}[{position}]"
        try:
            name, status = fields.text(body, "name"), fields.text(body, "status")
            details = fields.optional_text(body, "details")
        except FieldError as error:
            faults.append(fault(document.place, f"{path}.{error.field}", error.text))
            continue
        if name in found:
            faults.append(fault(document.place, f"{path}.name", f"is {shown(name)} for the second time"))
            continue
        about = subject(name)
        kinds = about[1] if about else frozenset()
        against = _few(proofs.against(kinds), "; ")
        found[name] = Validation(path, name, status, details, against, is_silent=not proofs.of(kinds))
    return list(found.values()), faults


def _few(texts: Sequence[str], between: str, most: int = FEW) -> str:
    """The first of some texts, and how many more there are."""
    more = [f"and {len(texts) - most} more"] if len(texts) > most else []
    return between.join([*texts[:most], *more])


def _rates(one: Validation, proofs: Proofs) -> Iterator[Contradiction]:
    """A rate in a validation's words that none of the files it rests on gives."""
    said, about = RATE.search(one.details), subject(one.name)
    if said is None or about is None:
        return
    number = float(said[1])
    percent = number if said[2] or number > 1 else FULL * number
    true = {name: proofs.rates[name] for name in proofs.of(about[1]) if name in proofs.rates}
    if true and not any(agrees(percent, rate, PERCENT) for rate in true.values()):
        given = ", ".join(f"{float(rate):.6g} % by {name}" for name, rate in true.items())
        yield f"{one.path}.details", shown(one.details), given
