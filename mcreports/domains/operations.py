"""The runbook's checks: what the latest result of each came to, and whether it is young enough to speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcreports.checks import NAMES, SEVERITY, Status, Verdict, worst
from mcreports.domains import Section
from mcreports.evidence.results import FRESH
from mcreports.figures import Figure, Quality, instant_text
from mcreports.names import called
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import pandas as pd

    from mcreports.snapshot import Snapshot

# the check of a report for each result that it carries
VERDICTS = {
    "config.drift": "operations.drift",
    "autonomy.validation": "operations.autonomy",
    "evidence.bundle": "operations.bundle",
    "grounding.verification": "operations.grounding",
    "egress": "operations.egress",
    "readiness": "readiness",
    "evidence.archive": "operations.archive",
}
AGE, CHECKED, PASSED = "operations.result_age", "operations.checked_at", "readiness.passed"
READINESS, DEMO = "readiness", "demo"
METHOD = "outcome.latest"
MOST_SAID = 4
MINUTES = 60


@dataclass(frozen=True)
class Result:
    """The latest result of one check, its verdicts, and why it may not speak of the window."""

    check: str
    file: str
    at: datetime | None
    looked: datetime
    verdicts: pd.DataFrame
    doubt: str
    subject: str

    @property
    def status(self) -> Status:
        """The gravest of its verdicts; of none, unknown."""
        return worst(map(Status, self.verdicts["status"]))

    @property
    def parts(self) -> pd.DataFrame:
        """Its verdicts without readiness' own on the whole, which is none of the twelve."""
        return self.verdicts[self.verdicts["of"] != READINESS]

    @property
    def passed(self) -> int:
        """How many of its verdicts pass."""
        return int((self.parts["status"] == Status.PASS.value).sum())


def judge_operations(snapshot: Snapshot, start: datetime, end: datetime) -> Section:
    """A verdict and an age for each result that the report carries, and how many validations of readiness passed."""
    outcomes = snapshot.evidence.get("outcomes")
    if outcomes is None:
        return Section()
    verdicts = snapshot.evidence["outcome_verdicts"]
    is_demo = snapshot.source.kind == DEMO
    results = [_result(row, verdicts, end, is_demo=is_demo) for row in outcomes.itertuples()]
    figures = [figure for result in results for figure in _when(result, (start, end))]
    figures += [_passed(result, (start, end)) for result in results if result.check == READINESS]
    return Section(tuple(figures), tuple(_verdict(snapshot, result) for result in results))


def _result(row: Any, verdicts: pd.DataFrame, end: datetime, *, is_demo: bool) -> Result:  # noqa: ANN401 - a row
    at, doubt = None if row.doubt else row.ts.to_pydatetime(), str(row.doubt)
    if at is not None and row.until.to_pydatetime() <= end - FRESH[row.check]:
        until = instant_text(row.until.to_pydatetime())
        doubt = f"{row.file} speaks of {until}, too old to speak of what ended {instant_text(end)}"
    if row.source == DEMO and not is_demo:  # invented samples prove nothing here, not even a failure
        at, doubt = None, f"{row.file} rests on the demo's invented samples"
    own = verdicts[verdicts["check"] == row.check]
    return Result(row.check, row.file, at, row.looked.to_pydatetime(), own, doubt, row.subject)


def _when(result: Result, window: tuple[datetime, datetime]) -> Iterator[Figure]:
    """When it was found out, and how old that is as of when results were looked for."""
    known = result.at is not None
    hours = None if result.at is None else max(0.0, (result.looked - result.at).total_seconds() / MINUTES / MINUTES)
    instant = None if result.at is None else instant_text(result.at)
    said = result.doubt or f"its age as of {instant_text(result.looked)}"
    for figure_id, value, unit in ((CHECKED, instant, "instant"), (AGE, hours, "h")):
        yield Figure(
            figure_id, None, value, unit, window, result.file or f"{result.check}/*.json", METHOD,
            Quality.ACTUAL if known else Quality.UNKNOWN, labels=(("check", result.check),), reason=said,
        )  # fmt: skip


def _passed(result: Result, window: tuple[datetime, datetime]) -> Figure:
    known = result.at is not None
    quality = Quality.UNKNOWN if not known else Quality.ESTIMATED if result.doubt else Quality.ACTUAL
    return Figure(
        PASSED, None, result.passed if known else None, "validations", window, result.file or "readiness/*.json",
        METHOD, quality, samples=len(result.parts), reason=result.doubt,
    )  # fmt: skip


def _verdict(snapshot: Snapshot, result: Result) -> Verdict:
    """What the result came to; a doubt about it is never a pass, and never hides a failure that was found."""
    check, known = VERDICTS[result.check], result.at is not None
    if result.check == READINESS:
        value = result.passed if known else None
        return judge(check, snapshot.rule(check), value, Subject(None, (PASSED,)), "; ".join(_reasons(result)))
    is_told = known and (not result.doubt or result.status is Status.FAIL)
    status = result.status if is_told else Status.UNKNOWN
    return Verdict(
        check, result.subject or None, status, str(result.passed) if known else None, str(len(result.parts)), ">=",
        "checks", "; ".join(_reasons(result)), (CHECKED, AGE),
    )  # fmt: skip


def _reasons(result: Result) -> list[str]:
    """Why it does not pass: the doubt, then the first verdicts that do not, the gravest first."""
    bad = result.parts[result.parts["status"] != Status.PASS.value]
    gravest = sorted(bad.itertuples(), key=lambda row: -SEVERITY.index(Status(str(row.status))))
    said = list(dict.fromkeys(map(_told, gravest)))
    more = [f"and {len(said) - MOST_SAID} more"] if len(said) > MOST_SAID else []
    return [*filter(None, [result.doubt]), *said[:MOST_SAID], *more]


def _told(row: Any) -> str:  # noqa: ANN401 - a row of the verdicts
    """A verdict that does not pass: its name, whose it is, why."""
    whose = f" of {called(row.tenant)}" if row.tenant else ""
    return f"{NAMES.get(row.of, row.of)}{whose}: {row.reason or row.status}"
