"""One thing to measure, and where it is measured; this module imports nothing heavy, for the child's sake."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.workload import Workload

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Place:
    """The server's address, what was loaded into it, and a directory that outlives one task."""

    url: str
    workload: Workload
    directory: str

    def text(self) -> str:
        """Itself as JSON, for another process."""
        return json.dumps(asdict(self))

    @staticmethod
    def parse(text: str) -> Place:
        """The place that :meth:`text` wrote."""
        raw = json.loads(text)
        return Place(raw["url"], Workload(**raw["workload"]), raw["directory"])


def _nothing(_place: Place) -> None:
    return None


@dataclass(frozen=True)
class Task:
    """What is prepared outside the clock, done under it, and told of its result after it.

    ``modules`` are imported first, under a clock of their own. ``tell`` gives facts about the result
    as plain JSON: ``fingerprint`` of the samples it holds, or ``bytes`` that were read.
    """

    name: str
    title: str
    modules: tuple[str, ...]
    work: Callable[[Place, Any], Any]
    tell: Callable[[Place, Any], dict[str, Any]]
    prepare: Callable[[Place], Any] = _nothing
    is_ours: bool = True
