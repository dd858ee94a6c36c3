from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.checks import Status
from mcreports.domains.compose import Report, compose
from mcreports.domains.incident_calls import calls_of
from mcreports.domains.incident_case import SINCE, Case
from mcreports.domains.incident_hours import told
from mcreports.domains.incident_take import order_of, take_as_of
from mcreports.domains.money import open_books
from mcreports.settings import Settings
from mcreports.sources.demo import DemoSource
from mcreports.sources.demo.evidence import write_evidence

NOON = "2025-10-31T12:00"
DEMO = DemoSource.from_url("demo://?seed=7")
SUBJECTS = ("budget", "autonomy", "drift")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def incident(
    source: Any, subject: str = "budget", at: str = NOON, tenant: str = "T", settings: Settings | None = None
) -> Report:
    chosen, until = settings or Settings(), instant(at)
    return compose(take_as_of(order_of(subject, tenant, until, chosen.report.zone), source, chosen, until))


def began(report: Report) -> dict[tuple[str, str], Any]:
    """When each condition began, by what it is and how grave."""
    figures = report.figures.where(SINCE)
    return {(dict(f.labels)["condition"], dict(f.labels)["level"]): f for f in figures}


def reached(report: Report) -> dict[tuple[str, int], datetime | None]:
    case = Case(report.snapshot)
    return {(c.area, c.level): c.since for c in calls_of(case, report.figures.every, report.verdicts)}


def alerts(report: Report) -> dict[str, Any]:
    return {dict(f.labels)["alert"]: f.value for f in report.figures.where("incident.alert")}


@pytest.fixture(scope="session")
def spending(platform: Callable[..., Any]) -> Callable[..., Any]:
    """A tenant that costs 10 USD an hour, evenly: half a cent, which rounds up, in 1.8 s."""

    def make(daily: float = 95.0, monthly: float = 100_000.0) -> Any:
        made = platform(first="2025-08-01").cost(per_day=240.0, opening=5.0)
        return made.limit(daily=daily, monthly=monthly).known()

    return make


# since when


def test_a_limit_is_crossed_where_the_curve_crosses_it_between_two_samples(spending: Callable[..., Any]) -> None:
    found = began(incident(spending()))
    used = "budget.utilization.daily"
    assert {level: f.value for (check, level), f in found.items() if check == used} == {
        "warn": "2025-10-31T07:35:58Z", "fail": "2025-10-31T08:32:58Z", "overrun": "2025-10-31T09:29:58Z",
    }  # fmt: skip
    assert found[used, "warn"].bounds == ("2025-10-31T07:00:00Z", "2025-10-31T08:00:00Z")


def test_nothing_that_is_not_crossed_yet_has_begun(spending: Callable[..., Any]) -> None:
    report = incident(spending(), at="2025-10-31T08:00")
    assert set(began(report)) == {("budget.utilization.daily", "warn")}
    assert report.headline.text == "T: daily budget 84.2 %, over by 4.2 pp, since 2025-10-31T07:35:58Z"


@hypothesis.settings(max_examples=20)
@given(limit=st.decimals(1, 200, places=2), hour=st.integers(1, 12))
def test_a_crossing_is_the_second_in_which_so_much_is_spent(
    spending: Callable[..., Any], limit: Any, hour: int
) -> None:
    report = incident(spending(daily=float(limit)), at=f"2025-10-31T{hour:02}:00")
    start, books = report.snapshot.period.start, open_books(report.snapshot)
    for (check, level), figure in began(report).items():
        if check == "budget.utilization.daily":
            share = {"warn": 80, "fail": 90, "overrun": 100}[level]
            second = datetime.fromisoformat(figure.value)
            before, after = (
                books.spend("T", None, (start, at)).cents or 0
                for at in (max(second - timedelta(seconds=1), start), second + timedelta(seconds=1))
            )
            assert before < share * limit <= after


def test_a_month_that_has_been_over_for_days_began_then(spending: Callable[..., Any]) -> None:
    found = began(incident(spending(daily=1000.0, monthly=4800.0)))
    assert found["budget.utilization.monthly", "fail"].value == "2025-10-18T23:59:58Z"
    assert found["budget.utilization.monthly", "overrun"].value == "2025-10-20T23:59:58Z"


def test_a_burn_rate_that_held_all_day_may_have_begun_before(spending: Callable[..., Any]) -> None:
    figure = began(incident(spending(daily=1000.0, monthly=4800.0)))["budget.burn_rate", "fail"]
    assert (figure.value, figure.quality.value) == ("2025-10-30T12:00:00Z", "estimated")


# how far it looks


@pytest.mark.parametrize("subject", SUBJECTS)
def test_nothing_after_the_instant_and_nobody_else_is_in_the_snapshot(subject: str) -> None:
    report = incident(DEMO, subject, "2025-10-30T20:00", "TENANT_003")
    for key, table in report.snapshot.tables.items():
        assert (table["ts"] <= instant("2025-10-30T20:00")).all(), key
        assert "tenant" not in table or set(table["tenant"]) <= {"TENANT_003"}
    assert {f.tenant for f in report.figures} <= {"TENANT_003", None}
    assert {f.id for f in report.figures if f.tenant is None} <= {
        "config.drift", "incident.drifts", "incident.since", "incident.alert",
    }  # fmt: skip


def test_midnight_is_the_end_of_the_day_before(spending: Callable[..., Any]) -> None:
    report = incident(spending(), at="2025-10-31T00:00")
    assert report.snapshot.period.label == "2025-10-30"
    assert str(report.figures.find("budget.spend.period", "T").value) == "240.00"


def test_the_day_is_that_of_the_zone() -> None:
    assert order_of("budget", "T", instant("2025-10-31T20:00"), "Asia/Kathmandu").period.label == "2025-11-01"


def test_evidence_that_was_written_later_is_not_there_yet(tmp_path: Any) -> None:
    write_evidence(tmp_path, 7)
    settings = Settings(report={"evidence": tmp_path})  # type: ignore[arg-type]
    report = incident(DEMO, "autonomy", "2025-10-30T20:00", "TENANT_003", settings)
    tables = report.snapshot.evidence
    assert (tables["operations"]["ts"] <= instant("2025-10-30T20:00")).all()
    assert "autonomy/TENANT_003/operations_20251031.json" not in set(tables["files"]["file"])
    count = next(f for f in report.figures.where("incident.evidence") if dict(f.labels) == {"kind": "violations"})
    assert count.value == 1


# what stands out


def test_an_hour_that_is_far_dearer_than_that_hour_was_is_unusual(platform: Callable[..., Any]) -> None:
    made = platform(first="2025-08-01").limit(daily=1000.0, monthly=100_000.0).known()
    ts = made.times(None, None)
    rate = np.full(len(ts), 10.0)
    rate[ts == instant("2025-10-31T04:00").timestamp() * 1000] = 40.0
    made.add("budget.cost", {"tenant": "T", "driver": "compute"}, ts, np.cumsum(rate))
    figure = incident(made).figures.find("incident.hours.unusual", "T", driver="compute")
    assert (figure.value, figure.reason) == (1, "2025-10-31T03:00:00Z to 2025-10-31T04:00:00Z")


def test_what_is_even_has_no_unusual_hour_and_what_is_new_nothing_usual(platform: Callable[..., Any]) -> None:
    made = platform(first="2025-08-01").cost(per_day=240.0).known()
    made.cost(driver="storage", since="2025-10-29", per_day=24.0).limit()
    find = incident(made).figures.find
    assert find("incident.hours.unusual", "T", driver="compute").value == 0
    young = find("incident.hours.unusual", "T", driver="storage")
    assert (young.value, young.reason) == (None, "24 of 24 hours cannot be told")


def test_hours_that_follow_each_other_are_told_as_one() -> None:
    assert told([]) == ""


def test_spend_is_held_against_the_same_hours_to_the_cent(spending: Callable[..., Any]) -> None:
    find = incident(spending()).figures.find
    names = ("period", "day_before", "week_before")
    assert {str(find(f"budget.spend.{name}", "T").value) for name in names} == {"120.00"}
    assert str(find("budget.change.week_before", "T", driver="compute").value) == "0.00"


# autonomy


def operations(made: Any, good: list[int], bad: list[int], since: str = "2025-10-30T00:00") -> Any:
    """So many operations that succeeded and failed in each hour."""
    for status, counts in (("success", good), ("failure", bad)):
        ts = made.times(since, None)[: len(counts)]
        labels = {"tenant": "T", "status": status, "operation_type": "scale"}
        made.add("autonomy.operations", labels, ts, np.cumsum(counts))
    return made


@hypothesis.settings(max_examples=20)
@given(bad=st.lists(st.integers(0, 3), min_size=37, max_size=37))
def test_a_rate_has_failed_since_the_first_hour_of_an_unbroken_run(
    platform: Callable[..., Any], bad: list[int]
) -> None:
    report = incident(operations(platform(first="2025-10-30").known(), [500] * 37, [0, *bad[1:]]), "autonomy")
    found = began(report).get(("autonomy.success_rate", "fail"))
    fails = []
    for end in range(37):
        lost = sum(bad[max(1, end - 5) : end + 1])
        done = lost + 500 * min(end, 6)
        fails.append(done > 0 and 1000 * (done - lost) < 999 * done)
    if not fails[-1]:
        assert found is None
        return
    first = max((hour for hour in range(37) if not fails[hour]), default=-1) + 1
    assert found.value == f"{instant('2025-10-30T00:00') + timedelta(hours=first):%Y-%m-%dT%H:%M:%SZ}"


def test_the_first_violation_of_all_is_its_counters_first_sample(platform: Callable[..., Any]) -> None:
    made = operations(platform(first="2025-10-30").known(), [500] * 37, [0] * 37)
    made.add("autonomy.compensations", {"tenant": "T", "reason": "x"}, made.times(None, NOON), np.zeros(37))
    ts = made.times("2025-10-31T09:00", NOON)
    made.add("autonomy.violations", {"tenant": "T", "type": "policy"}, ts, np.ones(len(ts)))
    report = incident(made, "autonomy")
    assert began(report)["autonomy.policy_violations", "fail"].value == "2025-10-31T09:00:00Z"
    assert reached(report)["security", 1] == instant("2025-10-31T09:00")
    assert alerts(report)["TenantPolicyViolation"] == "holds"


def test_a_violation_before_the_six_hours_still_counts_since_the_onset() -> None:
    report = incident(DEMO, "autonomy", "2025-10-30T20:00", "TENANT_003")
    (verdict,) = [v for v in report.verdicts if v.labels == (("window", "since the onset"),)]
    assert (verdict.check, verdict.status) == ("autonomy.residency_violations", Status.FAIL)
    levels = reached(report)
    assert levels["security", 2] == levels["security", 1] == instant("2025-10-30T12:15")
    assert levels["security", 3] is None


# drift


def test_drift_began_with_the_first_sample_of_the_gauges_newest_run(platform: Callable[..., Any]) -> None:
    made = platform(first="2025-10-20").known()
    ts = made.times(None, NOON)
    up = np.zeros(len(ts))
    up[30:40] = 1
    up[-20:] = 1
    report = incident(made.add("config.drift", {}, ts, up), "drift")
    assert report.figures.find("incident.drifts").value == 2
    figure = began(report)["config.drift", "fail"]
    assert figure.value == "2025-10-30T17:00:00Z"
    assert figure.bounds == ("2025-10-30T16:00:00Z", "2025-10-30T17:00:00Z")
    assert alerts(report)["ConfigurationDriftDetected"] == "holds"


# whom to tell


@pytest.mark.parametrize(
    ("daily", "levels"), [(1000.0, 0), (145.0, 1), (130.0, 2), (120.0, 3)], ids=["within", "warn", "fail", "overrun"]
)
def test_each_level_is_told_of_what_concerns_it(spending: Callable[..., Any], daily: float, levels: int) -> None:
    found = reached(incident(spending(daily=daily)))
    assert [found["budget", level] is not None for level in (1, 2, 3)] == [level <= levels for level in (1, 2, 3)]


def test_the_settings_say_who_they_are_and_how_soon(spending: Callable[..., Any]) -> None:
    people = [{"name": "Night watch", "address": "#night", "within": "PT7M"}]
    report = incident(spending(), settings=Settings(escalation={"budget": people}))  # type: ignore[arg-type]
    (call,) = calls_of(Case(report.snapshot), report.figures.every, report.verdicts)
    assert (call.name, call.address) == ("Night watch", "#night")
    assert report.figures.find("incident.tell_by", "T", area="budget", level="1").value == "2025-10-31T07:42:58Z"


# nothing wrong, and nothing known


@pytest.mark.parametrize("subject", SUBJECTS)
def test_without_an_incident_it_says_so_plainly(subject: str) -> None:
    report = incident(DEMO, subject, "2025-10-28T12:00", "TENANT_001")
    assert report.headline.status is Status.PASS
    assert report.headline.text == "TENANT_001: no threshold is crossed at 2025-10-28T12:00:00Z"
    assert not began(report)
    assert set(reached(report).values()) == {None}
    assert "holds" not in alerts(report).values()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_without_data_nothing_is_known_and_the_first_level_looks_into_it(
    platform: Callable[..., Any], subject: str
) -> None:
    report = incident(platform(first="2025-10-30").known(), subject)
    assert report.headline.status is Status.UNKNOWN
    assert "it is not known" in report.headline.text
    assert set(alerts(report).values()) == {None}
    assert [at for at in reached(report).values() if at] == [instant(NOON)]
    assert next(f.value for f in report.figures.where("incident.step_by")) == "2025-10-31T12:05:00Z"


def test_files_that_differ_tell_that_they_do_and_not_since_when(tmp_path: Any) -> None:
    write_evidence(tmp_path, 7)
    file = tmp_path / "config" / "config-current.json"
    body = json.loads(file.read_text())
    body["configs"]["gateway/new.yaml"] = "open: true"
    file.write_text(json.dumps(body))
    settings = Settings(report={"evidence": tmp_path})  # type: ignore[arg-type]
    report = incident(DEMO, "drift", "2025-11-01T00:00", "TENANT_001", settings)
    paths = {dict(f.labels)["path"]: dict(f.labels)["change"] for f in report.figures.where("incident.files")}
    assert paths["gateway/new.yaml"] == "added"
    figure = began(report)["config.drift", "fail"]
    assert (figure.value, figure.quality.value) == ("2025-10-31T23:00:00Z", "estimated")
    assert alerts(report)["ConfigurationDriftDetected"] == "does not hold"
