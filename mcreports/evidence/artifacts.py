"""A bundle's artefacts: which file of the directory each of them is, and whether that file proves anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mcreports.evidence import fields
from mcreports.evidence.fields import FieldError, shown
from mcreports.evidence.proofs import SINGLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcreports.evidence.claims import Contradiction
    from mcreports.evidence.proofs import Proofs
    from mcreports.evidence.tables import Row

PLAYED = re.compile(r"simulat|synthetic|\bmock|\bfake|\bdummy", re.IGNORECASE)
ABSENT = re.compile(r"missing|absent|fail|error|incomplete", re.IGNORECASE)
NAMED = ("file", "path", "artifact", "filename", "name")
MOST, DEEPEST = 10_000, 16  # artefacts of a section, and folders that a bundle may put before a file's name
SIZES = {"size", "size_bytes", "bytes"}
DIGESTS = {"sha256", "sha256sum", "digest", "checksum"}
# what a bundle calls a file's own claims
ALIASES = {"hash": "config_hash", "success_rate": "success_rate_percent", "safety_passed": "overall_safety_passed"}


@dataclass(frozen=True)
class Desk:
    """The directory, and what its files prove."""

    root: Path
    proofs: Proofs

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """The files of each name without its folders."""
        found: dict[str, list[str]] = {}
        for file in self.proofs.files:
            found.setdefault(PurePosixPath(file).name, []).append(file)
        return found


@dataclass(frozen=True)
class Artifact:
    """One artefact: why it proves nothing, if it does not, and what is said of it that is not so."""

    problem: str
    false: tuple[Contradiction, ...] = ()


@dataclass(frozen=True)
class Section:
    """A section's name, its artefacts and why it is not proven; nothing where it is."""

    name: str
    artifacts: tuple[Artifact, ...]
    problem: str


def short(name: str) -> str:
    """A name that is part of a field's path, not longer than a message may be."""
    return name if len(name) <= fields.LONGEST else name[: fields.LONGEST - 1] + "…"


def examine(name: str, body: object, desk: Desk) -> Section:
    """A section of a bundle against the directory; its own status proves nothing, but may admit something."""
    path = f"evidence_sections.{short(name)}"
    try:
        status = fields.optional_text(body, "status")
        listed = fields.items(body, "artifacts", MOST)
    except FieldError as error:
        raise FieldError(f"{path}.{error.field}", error.text) from error
    artifacts = tuple(_artifact(f"{path}.artifacts[{n}]", one, desk) for n, one in enumerate(listed))
    said = [f"its status is {shown(status)}"] if PLAYED.search(status) or ABSENT.search(status) else []
    said += [] if artifacts else ["it lists no artefact"]
    said += [one.problem for one in artifacts if one.problem]
    more = f", and {len(said) - 1} more like that" if said[1:] else ""
    return Section(name, artifacts, f"{said[0]}{more}" if said else "")


def _artifact(path: str, body: object, desk: Desk) -> Artifact:
    own = {"file": body} if isinstance(body, str) else body
    if not isinstance(own, dict):
        return Artifact(f"{path} names no file", ((path, shown(body), "it names no file"),))
    said = next((own[key] for key in NAMED if isinstance(own.get(key), str)), "")
    if not said:
        return Artifact(f"{path} names no file", ((path, shown(body), "it names no file"),))
    name, why = _find(said, desk)
    if why:
        return Artifact(f"{shown(said)} {why}", ((path, short(said), why),))
    row = desk.proofs.files.get(name)
    if row is None:
        return Artifact(f"{shown(said)} is no evidence that can be recomputed")
    false = tuple(_false(path, own, row, desk.proofs))
    problem = f"{shown(said)} is not what the bundle says of it" if false else ""
    # a simulation's report is evidence of a simulation; anything else that was played is evidence of nothing
    names = ("status",) if row["kind"] in SINGLE else ("status", "type", *NAMED)
    played = next((own[key] for key in names if isinstance(own.get(key), str) and PLAYED.search(own[key])), None)
    if played is not None:
        problem = f"{shown(said)} is not real: it says {shown(played)}"
    own_problem = desk.proofs.problems.get(name, "")
    return Artifact(problem or (f"{name}: {own_problem}" if own_problem else ""), false)


def _find(said: str, desk: Desk) -> tuple[str, str]:
    """The file that a bundle names, as the directory calls it, or why there is none."""
    path = PurePosixPath(said.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\0" in said:
        return "", "leads out of the directory"
    # a bundle may name files from where it was made: evidence/v0.3.3/config/config-current.json
    tails = ["/".join(path.parts[n:]) for n in range(min(max(1, len(path.parts) - 1), DEEPEST))]
    known = [tail for tail in tails if tail in desk.proofs.files]
    if not known and len(path.parts) == 1:
        known = desk.by_name.get(str(path), [])
    if known:
        return (known[0], "") if len(known) == 1 else ("", f"may be any of {len(known)} files")
    try:
        is_there = any((desk.root / tail).is_file() for tail in tails)
    except OSError:
        is_there = False  # a name that no file can have
    return (tails[0], "") if is_there else ("", "is not there: no such file lies below the directory")


def _false(path: str, own: dict[str, object], row: Row, proofs: Proofs) -> Iterator[Contradiction]:
    """What the bundle says of a file that the file itself does not bear out."""
    claims = {str(one["field"]).rpartition(".")[2]: one for one in proofs.claims.get(str(row["file"]), [])}
    for key, value in own.items():
        claim = claims.get(ALIASES.get(key, key))
        said = value if isinstance(value, str) else shown(value)
        if key in SIZES:
            true = {shown(row["size"])}
        elif key in DIGESTS or (key == "hash" and claim is None):
            said, true = said.lower().removeprefix("sha256:"), {str(row["sha256"])}
        elif claim is not None:
            true = {str(claim["recomputed"]), *([str(claim["claimed"])] if claim["holds"] else [])}
        else:
            continue
        if said not in true:
            yield f"{path}.{key}", short(said), min(true)
