"""Every task by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.download import DOWNLOADS
from benchmarks.growth import STAGES
from benchmarks.readers import OURS, PEERS, our_task

if TYPE_CHECKING:
    from benchmarks.task import Task


def task_of(name: str) -> Task:
    """The task of that name, without importing what it will measure."""
    known = {task.name: task for task in (*DOWNLOADS, *PEERS, *STAGES)}
    return known[name] if name in known else our_task(name.removeprefix(f"{OURS}-") if name != OURS else None)
