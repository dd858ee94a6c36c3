"""The statement that a bundle is signed with: its files by SHA-256, its period, its predecessor, what it proves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement

from mcreports.errors import EvidenceError, UsageError
from mcreports.evidence.dsse import statement
from mcreports.figures import instant_text
from mcreports.period import Period

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND = "urn:mcreports:evidence-bundle:1"
FILE = "statement.dsse.json"  # in the zip, beside the files
EVIDENCE = "evidence"  # their directory
PATTERN = "evidence-*.zip"  # what bundles are called
STAMP = "%Y%m%dT%H%M%SZ"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Bundle:
    """What a bundle states: ``previous`` is the SHA-256 of the statement before it, ``files`` are SHA-256 by name."""

    version: str
    at: datetime
    period: Period
    previous: str | None
    compliance: Mapping[str, Any]
    left_out: tuple[Mapping[str, str], ...]
    files: Mapping[str, str]

    @property
    def id(self) -> str:
        """What the bundle is called, and its file, too."""
        return f"evidence-{self.version}-{self.at.astimezone(UTC):{STAMP}}"

    def body(self) -> dict[str, Any]:
        """The in-toto statement."""
        period = self.period
        predicate = {
            "bundle_id": self.id,
            "version": self.version,
            "at": instant_text(self.at),
            "period": {
                "label": period.label,
                "zone": period.zone,
                "start": instant_text(period.start),
                "end": instant_text(period.end),
            },
            "previous": None if self.previous is None else {"sha256": self.previous},
            "compliance": dict(self.compliance),
            "left_out": [dict(one) for one in self.left_out],
        }
        body = statement(self.files, KIND, predicate)
        validate(body)
        return body


def validate(body: Mapping[str, Any]) -> None:
    """Refuse what is no in-toto statement, version 1, as in-toto's own library sees it."""
    try:
        subjects = [ResourceDescriptor(name=one["name"], digest=dict(one["digest"])).pb for one in body["subject"]]
        Statement(subjects, body["predicateType"], body["predicate"]).validate()
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        msg = f"is no in-toto statement: {type(error).__name__}: {error}"
        raise EvidenceError(msg) from error


def parse(body: Mapping[str, Any]) -> Bundle:
    """The bundle that a statement is of; an EvidenceError says which field is wrong."""
    if body.get("predicateType") != KIND:
        msg = f"is a statement of {body.get('predicateType')!r}, not of {KIND}"
        raise EvidenceError(msg)
    validate(body)
    try:
        bundle = _bundle(body["predicate"], subjects_of(body))
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        msg = f"is no statement of a bundle: {type(error).__name__}: {error}"
        raise EvidenceError(msg) from error
    said = body["predicate"]["period"]
    given = {"start": instant_text(bundle.period.start), "end": instant_text(bundle.period.end)}
    if {key: said.get(key) for key in given} != given:
        msg = f"claims a period {said.get('start')} to {said.get('end')}, which {bundle.period.label} is not"
        raise EvidenceError(msg)
    return bundle


def subjects_of(body: Mapping[str, Any]) -> dict[str, str]:
    """The SHA-256 of each subject by its name; an EvidenceError if one is there twice or has none."""
    found: dict[str, str] = {}
    for one in body["subject"]:
        name, digest = one["name"], one["digest"].get("sha256")
        if not name or name in found or not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            msg = f"names {name!r} twice, or without a SHA-256"
            raise EvidenceError(msg)
        found[name] = digest
    return found


def digest_text(value: object) -> str:
    """A SHA-256 in hex; a ValueError for anything else."""
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        msg = f"{value!r} is no SHA-256"
        raise ValueError(msg)
    return value


def version_text(value: object) -> str:
    """A version that may be part of a file's name; a ValueError for anything else."""
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        msg = f"{value!r} is no version"
        raise ValueError(msg)
    return value


def instant_of(value: object) -> datetime:
    """An instant with its offset; a ValueError for anything else."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else None
    if at is None or at.tzinfo is None:
        msg = f"{value!r} is no instant with an offset"
        raise ValueError(msg)
    return at.astimezone(UTC)


def _bundle(predicate: Mapping[str, Any], files: Mapping[str, str]) -> Bundle:
    previous = predicate["previous"]
    return Bundle(
        version=version_text(predicate["version"]),
        at=instant_of(predicate["at"]),
        period=Period.parse(predicate["period"]["label"], predicate["period"]["zone"]),
        previous=None if previous is None else digest_text(previous["sha256"]),
        compliance=dict(predicate["compliance"]),
        left_out=tuple(dict(one) for one in predicate["left_out"]),
        files=files,
    )
