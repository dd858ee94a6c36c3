"""The ReAct golden set: whether each of its cases keeps the rules of how an agent goes about a question."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.domains import Section
from mcreports.evidence.files import GOLDEN_SET
from mcreports.figures import Figure, Quality
from mcreports.rules import Rule, Subject, judge

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

TRAJECTORIES = "grounding.trajectories"
RULE = Rule(">=", Decimal(100))
MOST_SAID = 5


def judge_trajectories(tables: Mapping[str, pd.DataFrame], window: tuple[datetime, datetime]) -> Section:
    """The share of the golden set's cases that keep the rules; nothing where there is no golden set.

    A golden set without a case, or a part of it that cannot be read, is unknown and no pass.
    """
    files, faults, cases = (tables[name] for name in ("files", "faults", "trajectories"))
    own = files[files["kind"] == GOLDEN_SET]
    if own.empty:
        return Section()
    # a fault of a single case is told with the case
    whole = faults[(faults["kind"] == GOLDEN_SET) & ~faults["field"].str.startswith("test_cases[")]
    broken = [f"{one.file}: {one.field} {one.text}" for one in whole.itertuples()]
    empty = sorted(set(own["file"]) - set(cases["file"]) - set(faults["file"]))
    doubts = [*broken[:MOST_SAID], *(f"{name} has no case" for name in empty)]
    wrong = [f"{one.name}: {one.fault}" for one in cases[~cases["holds"]].itertuples()]
    wrong = wrong[:MOST_SAID] + ([f"and {len(wrong) - MOST_SAID} more"] if len(wrong) > MOST_SAID else [])
    percent = Fraction(100 * int(cases["holds"].sum()), len(cases)) if len(cases) else None
    doubt = "; ".join([*wrong, *doubts])
    exact = Quality.ESTIMATED if doubts else Quality.ACTUAL
    figure = Figure(
        TRAJECTORIES, None, None if percent is None else float(percent), "%", window, str(own["file"].iloc[0]),
        "trajectories.rules", Quality.UNKNOWN if percent is None else exact, samples=len(cases), reason=doubt,
    )  # fmt: skip
    return Section((figure,), (judge(TRAJECTORIES, RULE, percent, Subject(None, (TRAJECTORIES,), len(cases)), doubt),))
