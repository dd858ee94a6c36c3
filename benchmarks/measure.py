"""Tasks run in turn, each in a fresh process, round after round; every run proves what it holds."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.server import BenchmarkError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.task import Place, Task


@dataclass(frozen=True)
class Run:
    """What one process said of itself: seconds, those of its own CPU, bytes at its peak, facts about its result."""

    seconds: float
    cpu: float
    imported: float
    peak: int
    facts: dict[str, Any]


@dataclass(frozen=True)
class Result:
    """A task's runs, or why there are none."""

    name: str
    title: str
    runs: tuple[Run, ...]
    failure: str = ""

    @property
    def seconds(self) -> float:
        """The median of its times."""
        return median(run.seconds for run in self.runs)

    @property
    def spread(self) -> tuple[float, float]:
        """Its shortest and its longest time."""
        return min(run.seconds for run in self.runs), max(run.seconds for run in self.runs)

    @property
    def imported(self) -> float:
        """The median of what importing its modules took, in seconds."""
        return median(run.imported for run in self.runs)

    @property
    def peak(self) -> int:
        """The median of its peak memory, in bytes."""
        return int(median(run.peak for run in self.runs))

    @property
    def bytes(self) -> int:
        """How many bytes it read, where it says so."""
        return int(self.runs[-1].facts["bytes"])


@dataclass(frozen=True)
class Plan:
    """How often each task is timed, what was loaded, who hears how it goes, and whether a warming round is needless."""

    rounds: int
    loaded: str
    say: Callable[[str], None]
    is_warm: bool = False


def in_turn(tasks: Sequence[Task], place: Place, plan: Plan) -> list[Result]:
    """Every task's runs, alternating, after a round of its own that only proves and warms up.

    A peer that fails is left out with its reason; ours must not fail, and nobody may hold another
    sample than was loaded: that is a BenchmarkError.
    """
    runs: dict[str, list[Run]] = {task.name: [] for task in tasks}
    failures: dict[str, str] = {}
    for number in range(1 if plan.is_warm else 0, plan.rounds + 1):
        for task in tasks:
            if task.name in failures:
                continue
            try:
                run = _run(task, place)
            except BenchmarkError as error:
                if task.is_ours:
                    raise
                failures[task.name] = str(error)
                plan.say(f"{task.title}: left out: {error}")
                continue
            refuse_other_samples(task, run, plan.loaded)
            if number:
                runs[task.name].append(run)
            what = f"round {number} of {plan.rounds}" if number else "to prove it and to warm up"
            plan.say(f"{task.title}, {what}: {run.seconds:.2f} s, {run.peak / 1e6:.0f} MB")
    return [Result(task.name, task.title, tuple(runs[task.name]), failures.get(task.name, "")) for task in tasks]


def refuse_other_samples(task: Task, run: Run, loaded: str) -> None:
    """Raise a BenchmarkError when a run tells of other samples than those that were loaded."""
    found = run.facts.get("fingerprint", loaded)
    if found != loaded:
        msg = f"{task.title}: its samples ({found[:12]}) are not those that were loaded ({loaded[:12]})"
        raise BenchmarkError(msg)


def _run(task: Task, place: Place) -> Run:
    words = [sys.executable, "-m", "benchmarks.child", task.name, place.text()]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode} and said nothing"]
        raise BenchmarkError(lines[-1])
    return Run(**json.loads(done.stdout.splitlines()[-1]))
