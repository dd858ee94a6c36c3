"""Every method over every case, timed."""

from __future__ import annotations

import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.forecasting import methods
from benchmarks.forecasting.scores import Score, score

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.forecasting.methods import Answer
    from benchmarks.forecasting.origins import Case

SUITE = Path(__file__).with_name("suite.py")
SUITES = ("AutoETS", "MSTL")
OURS = "shipped"


@dataclass(frozen=True)
class Result:
    """One method's scores, in the order of the cases, and its ms a series; or why there are none."""

    name: str
    scores: tuple[Score, ...] = ()
    ms: float = float("nan")
    failure: str = ""


def results(cases: Sequence[Case], python: Path | None) -> list[Result]:
    """The simple ways, those of the suite that ``python`` has installed, and the one that is shipped."""
    found = [_timed(name, partial(methods.simple, point), cases) for name, point in methods.POINTS.items()]
    return [*found, *_suite(cases, python), _timed(OURS, methods.shipped, cases)]


def _timed(name: str, method: Callable[[Case], Answer], cases: Sequence[Case]) -> Result:
    method(cases[0])  # what is loaded late is not its speed
    began = time.process_time()
    answers = [method(case) for case in cases]
    ms = 1000 * (time.process_time() - began) / len(cases)
    return Result(name, tuple(score(case, answer) for case, answer in zip(cases, answers, strict=True)), ms)


def _suite(cases: Sequence[Case], python: Path | None) -> list[Result]:
    if python is None:
        reason = "not measured: name the python of an environment with requirements.lock by --suite"
        return [Result(name, failure=reason) for name in SUITES]
    with tempfile.TemporaryDirectory() as directory:
        asked, answered = (Path(directory) / name for name in ("cases.npz", "answers.npz"))
        np.savez(asked, cases=np.array(len(cases)), **_arrays(cases))
        words = [str(python), str(SUITE), str(asked), str(answered)]
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        except OSError as error:
            return [Result(name, failure=f"not measured: {error}") for name in SUITES]
        if done.returncode != 0:
            said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            return [Result(name, failure=f"not measured: {said}") for name in SUITES]
        answers = np.load(answered)
        return [_answered(name, cases, answers) for name in SUITES]


def _arrays(cases: Sequence[Case]) -> dict[str, np.ndarray]:
    """Histories without what these cannot read: an unknown day is the one a week before, or the mean."""
    found: dict[str, np.ndarray] = {}
    for number, case in enumerate(cases):
        history = case.history[np.argmax(~np.isnan(case.history)) :].copy()
        for day in np.flatnonzero(np.isnan(history)):
            history[day] = history[day - 7] if day >= methods.WEEK else np.nanmean(history)
        found |= {f"history_{number}": history, f"count_{number}": np.array(len(case.truth))}
    return found


def _answered(name: str, cases: Sequence[Case], answers: np.lib.npyio.NpzFile) -> Result:
    scores = []
    for number, case in enumerate(cases):
        paths = np.maximum(answers[f"{name}_{number}"], 0.0)
        days = np.diff(np.median(np.cumsum(paths, axis=1), axis=0), prepend=0.0)
        scores.append(score(case, (days, paths)))
    return Result(name, tuple(scores), 1000 * float(answers[f"{name}_seconds"]) / len(cases))
