"""A configuration state: each file's content, and what the state claims of the whole."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from mcreports.evidence import fields
from mcreports.evidence.claims import Found, claim
from mcreports.evidence.files import Place
from mcreports.figures import instant_text
from mcreports.names import several

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from mcreports.evidence.files import Document

FOLDER = "config"
BASELINE, CURRENT = SIDES = ("baseline", "current")
KINDS = frozenset(f"config-{side}" for side in SIDES)
MOST_CLAIMED = 100  # characters of a hash or a commit, which have 64
MOST_NAMED = 5


@dataclass(frozen=True)
class State:
    """What a state's file says: when, each path's content, the hash and the list of files that it claims."""

    document: Document
    at: int
    values: Mapping[str, object]
    claimed: str
    listed: tuple[str, ...] | None
    commit: str = ""

    @cached_property
    def contents(self) -> dict[str, str]:
        """Each path's content as the platform writes it into its hash."""
        return {path: f"{value}" for path, value in self.values.items()}

    @cached_property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of each path's content."""
        return {path: value_hash(value) for path, value in self.values.items()}

    @cached_property
    def recomputed(self) -> str:
        """The hash of the whole, taken as the platform takes it."""
        return whole_hash(self.contents)

    @cached_property
    def exact(self) -> str:
        """A hash that no other paths and contents have: the platform's does not tell where a content ends."""
        return digest(json.dumps(sorted(self.hashes.items())))

    def claims(self) -> Iterator[Found]:
        """Its hash and its list of files, each against its contents."""
        place = self.document.place
        claimed = self.claimed[:MOST_CLAIMED]
        yield claim(place, "config_hash", claimed, self.recomputed, holds=self.claimed == self.recomputed)
        if self.listed is not None:
            listed, held = f"{len(self.listed)} files", f"{len(self.contents)} files"
            wrong = _apart(self.listed, self.contents)
            yield claim(place, "files", listed, "; ".join([held, *wrong]), holds=not wrong)


def place_of(root: Path, side: str) -> Place:
    """Where a directory of evidence holds a state."""
    name = f"{FOLDER}/config-{side}.json"
    return Place(f"config-{side}", "", root / name, name)


def read_state(document: Document) -> State:
    """The state of a document; a FieldError for a field that is missing or of the wrong type."""
    body = fields.record(document.body, "")
    files = fields.items(body, "files")
    values = fields.record(body, "configs")
    listed = tuple(name for name in files if isinstance(name, str))
    return State(
        document,
        fields.moment(body, "timestamp"),
        values,
        fields.text(body, "config_hash"),
        listed if len(listed) == len(files) else None,
        fields.optional_text(body, "git_commit")[:MOST_CLAIMED],
    )


def attest(contents: Mapping[str, object], at: datetime) -> dict[str, object]:
    """The body of a state with these contents, whose claims hold."""
    return {
        "timestamp": instant_text(at), "platform_version": "", "config_hash": whole_hash(contents),
        "files": sorted(contents), "configs": dict(contents), "git_commit": "",
    }  # fmt: skip


def whole_hash(contents: Mapping[str, object]) -> str:
    """What a state claims as its hash, taken as the platform takes it."""
    return digest("".join(f"{path}:{content}" for path, content in sorted(contents.items())))


def value_hash(value: object) -> str:
    """The SHA-256 of a content: of a text itself, of anything else in canonical JSON behind a byte that no text has.

    >>> value_hash(5) == value_hash("5"), value_hash({"a": 1, "b": 2}) == value_hash({"b": 2, "a": 1})
    (False, True)
    """
    if isinstance(value, str):
        return digest(value)
    return sha256(b"\xff" + json.dumps(value, sort_keys=True).encode()).hexdigest()


def digest(text: str) -> str:
    """The SHA-256 of a text, also of one that UTF-8 cannot hold."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _apart(listed: tuple[str, ...], held: Mapping[str, object]) -> list[str]:
    unlisted, absent = sorted(held.keys() - set(listed)), sorted(set(listed) - held.keys())
    twice = sorted(name for name, times in Counter(listed).items() if times > 1)
    named = {"not listed": unlisted, "listed but not there": absent, "listed twice": twice}
    return [f"{what}: {several(names, MOST_NAMED)}" for what, names in named.items() if names]
