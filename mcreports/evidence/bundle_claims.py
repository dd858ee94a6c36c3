"""The platform's own bundle: its counts, its compliance against what is proven, and a signature that is none."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.evidence import fields
from mcreports.evidence.artifacts import examine, short
from mcreports.evidence.claims import PERCENT, Found, agrees, claim, several
from mcreports.evidence.fields import FieldError, shown
from mcreports.evidence.proofs import subject, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.evidence.artifacts import Desk, Section
    from mcreports.evidence.files import Document

META, SECTIONS, SIGNATURE = "bundle_metadata", "evidence_sections", "bundle_signature"
STATUS, OVERALL = f"{META}.compliance_status", f"{META}.overall_compliance_percent"
FULL = 100
UNSIGNED = "unsigned: anyone can make a hash of what it says"


def read_bundle(document: Document, desk: Desk) -> Iterator[Found]:
    """The bundle's row, and each claim against its sections and against the files that they name.

    That a section calls itself complete, or that a file is listed, proves nothing: a section counts if
    each of its artefacts is a file of the directory whose own claims hold and whose checks passed.
    The bundle itself proves nothing either: in this format nobody can sign it.
    """
    body, place = fields.record(document.body, ""), document.place
    at = fields.moment(body, f"{META}.generation_timestamp")
    sections = [examine(name, own, desk) for name, own in fields.record(body, SECTIONS).items()]
    artifacts = [one for section in sections for one in section.artifacts]
    counts = {"evidence_sections_count": len(sections), "total_artifacts": len(artifacts)}
    for name, count in counts.items():
        yield claim(place, f"{META}.{name}", fields.whole(body, f"{META}.{name}"), count)
    false = [one for artifact in artifacts for one in artifact.false]
    yield from several(place, f"{SECTIONS}[*].artifacts", len(artifacts), false)
    flags = _flags(body)
    problems = {name: _problem(name, sections) for name, is_compliant in flags.items() if is_compliant}
    unproven = [(f"{STATUS}.{short(name)}", True, f"not proven: {why}") for name, why in problems.items() if why]
    yield from several(place, STATUS, len(flags), unproven)
    proven = Fraction(FULL * sum(not why for why in problems.values()), len(flags)) if flags else None
    overall = fields.number(body, OVERALL)
    holds = proven is not None and agrees(overall, proven, PERCENT, lambda percent: percent >= FULL)
    shares = "nothing to comply with" if proven is None else float(proven)
    yield claim(place, OVERALL, overall, shares, holds=holds)
    yield "bundles", {
        "file": place.name, "ts": at, "bundle_id": fields.optional_text(body, f"{META}.bundle_id"),
        "sections": len(sections), "artifacts": len(artifacts), "claimed_percent": overall,
        "proven_percent": float("nan") if proven is None else float(proven), "misses": UNSIGNED,
    }  # fmt: skip
    yield from _signature(document, body)


def _flags(body: object) -> dict[str, bool]:
    flags = {}
    for name, value in fields.record(body, STATUS).items():
        if not isinstance(value, bool):
            raise FieldError(f"{STATUS}.{short(name)}", f"is {shown(value)}, not true or false")
        flags[name] = value
    return flags


def _problem(name: str, sections: Sequence[Section]) -> str:
    """Why what a bundle calls compliant is not proven by its sections."""
    meant = [section for section in sections if words(section.name) == words(name)]
    about = subject(name)
    if not meant and about is not None:
        meant = [section for section in sections if (subject(section.name) or ("",))[0] == about[0]]
    if not meant:
        return "no section is about it"
    return next((f"{short(section.name)}: {section.problem}" for section in meant if section.problem), "")


def _signature(document: Document, body: dict[str, object]) -> Iterator[Found]:
    """A hash of a bundle's own body proves that it is whole, and not who made it; without one it claims neither."""
    if body.get(SIGNATURE) is None:
        return
    place, said = document.place, fields.text(body, f"{SIGNATURE}.signature")
    rest = {key: value for key, value in body.items() if key != SIGNATURE}
    texts = [
        json.dumps(rest, sort_keys=is_sorted, indent=indent) for is_sorted in (True, False) for indent in (None, 2)
    ]
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    is_own = said.lower() in digests
    yield claim(place, f"{SIGNATURE}.signature", said, said if is_own else digests[0], holds=is_own)
    algorithm = shown(fields.optional_text(body, f"{SIGNATURE}.algorithm"))
    yield claim(place, SIGNATURE, f"signed with {algorithm}", UNSIGNED, holds=False)
