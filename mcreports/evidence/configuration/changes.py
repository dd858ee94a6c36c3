"""Changes: which paths two states hold differently, each by the hash of its content before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("changed", "added", "removed")


@dataclass(frozen=True)
class Change:
    """A path whose content differs: the SHA-256 of both, None where there is no such path."""

    path: str
    before: str | None
    after: str | None

    @property
    def kind(self) -> str:
        """Whether the path was changed, added or removed."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    def as_dict(self) -> dict[str, str | None]:
        """This change as approvals and results carry it."""
        return {"path": self.path, "change": self.kind, "before": self.before, "after": self.after}


def compare(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """What differs between two states, given as hashes by path: the changed paths, the added, the removed.

    >>> [(one.path, one.kind) for one in compare({"a": "1", "b": "2"}, {"a": "9", "c": "3"})]
    [('a', 'changed'), ('c', 'added'), ('b', 'removed')]
    """
    paths = sorted(before.keys() | after.keys())
    every = [Change(path, before.get(path), after.get(path)) for path in paths]
    differing = [one for one in every if one.before != one.after]
    return tuple(sorted(differing, key=lambda one: KINDS.index(one.kind)))
