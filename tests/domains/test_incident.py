from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.alerting.alerts import alert_names
from mcreports.alerting.alerts import alerts as rules
from mcreports.checks import Status
from mcreports.domains.compose import Report, compose
from mcreports.domains.incidents.calls import calls_of
from mcreports.domains.incidents.case import SINCE, Case
from mcreports.domains.incidents.spans import told
from mcreports.domains.incidents.steps import steps
from mcreports.domains.incidents.take import order_of, take_as_of
from mcreports.domains.money import open_books
from mcreports.metrics import CATALOGUE
from mcreports.settings import Settings
from mcreports.sources.demo import DemoSource
from mcreports.sources.demo.evidence import write_evidence
from mcreports.view.closing import sentence_text

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
    assert (
        report.headline.text == "T: daily budget 84.2 %, 4.2 pp over the threshold of 80 %, since 2025-10-31T07:35:58Z"
    )


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


def test_what_is_over_a_budget_is_told_by_how_much_of_the_budget(spending: Callable[..., Any]) -> None:
    text = incident(spending()).headline.text
    assert text == "T: daily budget 126.3 %, 26.3 % over its budget, since 2025-10-31T08:32:58Z"


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
    report = incident(made)
    (excess,) = report.figures.where("anomaly.excess")
    assert (excess.value, excess.window) == (30, (instant("2025-10-31T03:00"), instant("2025-10-31T04:00")))
    assert report.figures.find("anomaly.count", "T").value == 1
    known = {step.what: sentence_text(step.known) for step in steps(Case(report.snapshot), report.figures)}
    assert known["Check for anomalous activity"] == (
        "1 anomaly in the last 24 hours, first USD 30.00 over the usual on compute"
    )


def test_what_is_even_has_no_unusual_hour_and_what_is_new_nothing_usual(platform: Callable[..., Any]) -> None:
    made = platform(first="2025-08-01").cost(per_day=240.0).known()
    made.cost(driver="storage", since="2025-10-29", per_day=24.0).limit()
    find = incident(made).figures.find
    assert find("anomaly.count", "T").value == 0


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


# autonomy, by the evidence


@pytest.fixture(scope="session")
def evident(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("evidence")
    write_evidence(folder, 7)
    return Settings(report={"evidence": folder})  # type: ignore[arg-type]


def test_a_violation_that_the_evidence_alone_tells_of_is_judged_and_called_for(evident: Settings) -> None:
    report = incident(DEMO, "autonomy", "2025-10-30T12:00", "TENANT_003", evident)
    check = "autonomy.residency_violations"
    failing = [v.labels for v in report.verdicts if v.check == check and v.status is Status.FAIL]
    assert failing == [(("source", "evidence"), ("window", "since the onset"))]
    assert began(report)[check, "fail"].value == "2025-10-30T02:24:43Z"
    levels = reached(report)
    assert levels["security", 1] == levels["security", 2] == instant("2025-10-30T02:24:43")
    assert "residency violations" in str(report.headline.sentences)
    listed = steps(Case(report.snapshot), report.figures)
    assert any("residency 1 since the onset by the evidence" in sentence_text(step.known) for step in listed)


def test_an_alert_knows_the_counters_alone_and_is_told_apart(evident: Settings) -> None:
    early = incident(DEMO, "autonomy", "2025-10-30T06:00", "TENANT_003", evident)
    assert alerts(early)["TenantResidencyViolation"] == "holds by the evidence"
    assert "by the evidence TenantResidencyViolation" in str(early.headline.sentences)
    late = incident(DEMO, "autonomy", "2025-10-30T12:00", "TENANT_003", evident)
    assert alerts(late)["TenantResidencyViolation"] == "does not hold"
    told = next(f for f in late.figures.where("incident.alert") if "TenantResidency" in str(f.labels))
    assert told.reason == "by the evidence, since the onset: 1 event is not <= 0 events"


def test_the_onset_is_the_earlier_of_both_sources(evident: Settings) -> None:
    at, tenant = "2025-10-30T20:00", "TENANT_003"
    check = "autonomy.residency_violations", "fail"
    assert began(incident(DEMO, "autonomy", at, tenant))[check].value == "2025-10-30T12:15:00Z"
    assert began(incident(DEMO, "autonomy", at, tenant, evident))[check].value == "2025-10-30T02:24:43Z"


def test_what_was_written_later_is_no_doubt_about_what_was_there(evident: Settings) -> None:
    report = incident(DEMO, "autonomy", "2025-10-30T12:00", "TENANT_003", evident)
    assert Status.UNKNOWN not in {v.status for v in report.verdicts}


@hypothesis.settings(max_examples=20, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@given(bad=st.lists(st.booleans(), min_size=24, max_size=24))
def test_a_rate_of_the_evidence_has_failed_since_the_first_operation_of_an_unbroken_run(
    platform: Callable[..., Any], tmp_path: Path, bad: list[bool]
) -> None:
    # an operation each half hour up to noon; the evidence is the only source
    first = instant("2025-10-31T00:15")
    times = [first + n * timedelta(minutes=30) for n in range(24)]
    body = [
        {"operation_id": f"op-{n}", "tenant": "T", "operation_type": "scale", "timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}",
         "execution_time_ms": 1, "success": not lost, "context": {"data_region": "eu", "processing_region": "eu"},
         "violations": {"policy": 0, "residency": 0}, "compensation": {"required": False, "reason": None},
         "metadata": {"simulation_id": "s", "tier": "t"}}
        for n, (at, lost) in enumerate(zip(times, bad, strict=True))
    ]  # fmt: skip
    file = tmp_path / "autonomy" / "T" / "operations_1.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(body))
    settings = Settings(report={"evidence": tmp_path})  # type: ignore[arg-type]
    report = incident(platform(first="2025-10-30").known(), "autonomy", NOON, "T", settings)
    found = began(report).get(("autonomy.success_rate", "fail"))
    fails = [any(bad[max(0, n - 11) : n + 1]) for n in range(24)]
    if not fails[-1]:
        assert found is None
        return
    begun = max((n for n in range(24) if not fails[n]), default=-1) + 1
    assert found.value == f"{times[begun]:%Y-%m-%dT%H:%M:%SZ}"


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
    assert report.headline.text == "T: the drift gauge is up, since 2025-10-30T17:00:00Z"
    assert figure.bounds == ("2025-10-30T16:00:00Z", "2025-10-30T17:00:00Z")
    assert alerts(report)["ConfigurationDriftDetected"] == "holds"


# alerts


def test_every_alert_is_told_of_or_named_as_not_evaluated(spending: Callable[..., Any]) -> None:
    figures = incident(spending()).figures.where("incident.alert")
    assert {dict(f.labels)["alert"] for f in figures} == set(alert_names(Settings(), CATALOGUE))
    left_out = {dict(f.labels)["alert"] for f in figures if f.method == "not evaluated here"}
    assert {"TenantGraphqlLatencyHigh", "MetricSamplesMissing", "ReportStale"} <= left_out
    assert not left_out & {"TenantBudgetForecastExhaustion", "TenantCostAnomaly"}


@pytest.mark.parametrize(("monthly", "state"), [(6940.0, "holds"), (6941.0, "does not hold")])
def test_the_forecasts_alert_goes_by_the_pace_of_seven_days(
    spending: Callable[..., Any], monthly: float, state: str
) -> None:
    # 240 USD a day are 7,440 in October; at least 500 USD must be over
    assert alerts(incident(spending(daily=1000.0, monthly=monthly)))["TenantBudgetForecastExhaustion"] == state


@pytest.mark.parametrize(("usd", "state"), [(84.9, "does not hold"), (120.1, "holds")])
def test_a_driver_that_costs_twice_the_same_hours_of_the_weeks_before_is_an_anomaly(
    platform: Callable[..., Any], usd: float, state: str
) -> None:
    made = platform(first="2025-08-01").limit(daily=1000.0, monthly=100_000.0).known()
    ts = made.times(None, None)
    rate = np.full(len(ts), 10.0)
    rate[(ts > instant("2025-10-31T06:00").timestamp() * 1000)] = usd / 6
    made.add("budget.cost", {"tenant": "T", "driver": "compute"}, ts, np.cumsum(rate))
    found = next(f for f in incident(made).figures.where("incident.alert") if "Anomaly" in str(f.labels))
    assert found.value == state
    assert ("compute cost USD" in found.reason) is (state == "holds")


# what to do


def test_a_step_takes_its_number_from_the_tenants_own_threshold() -> None:
    own = {"autonomy.compensation_rate": {"fail": 2}}
    settings = Settings(
        thresholds={"autonomy.compensation_rate": {"fail": 3}},  # type: ignore[dict-item]
        tenants={"TENANT_003": {"thresholds": own}},  # type: ignore[dict-item]
    )
    for chosen, said in ((settings, "2 %"), (Settings(), "0.5 %")):
        report = incident(DEMO, "autonomy", "2025-10-30T12:00", "TENANT_003", chosen)
        listed = [step.what for step in steps(Case(report.snapshot), report.figures)]
        assert f"Reduce the autonomy tier if more than {said} are compensated" in listed


# whom to tell


def test_an_alert_tells_the_same_levels_as_an_incident(spending: Callable[..., Any], evident: Settings) -> None:
    told = {(one.name, one.labels["severity"]): one.labels for one in rules(Settings(), CATALOGUE)}
    autonomy = reached(incident(DEMO, "autonomy", "2025-10-30T12:00", "TENANT_003", evident))
    for name in ("TenantAutonomyFailureRate", "TenantResidencyViolation"):
        labels = told[name, "critical"]
        area, level = labels["area"], int(labels["level"])
        assert autonomy[area, level] is not None
        assert autonomy[area, level + 1] is None
    drift = reached(incident(DEMO, "drift", "2025-10-20T12:00", "TENANT_001"))
    labels = told["ConfigurationDriftDetected", "critical"]
    assert [place for place, at in drift.items() if at is not None] == [("technical", 1), ("security", 1)]
    assert (labels["area"], labels["level"]) == ("technical", "1")
    budget = reached(incident(spending(daily=130.0)))
    assert budget["budget", int(told["TenantBudgetCritical90Percent", "critical"]["level"])] is not None


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


def test_a_level_without_a_time_of_its_own_has_the_runbooks() -> None:
    people = [{"name": "A"}, {"name": "B", "within": "PT1M"}, {"name": "C"}, {"name": "D"}]
    levels = Settings(escalation={"budget": people}).escalation.budget  # type: ignore[arg-type]
    assert [one.within for one in levels] == [timedelta(minutes=minutes) for minutes in (5, 1, 30, 30)]


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
    assert report.headline.text.startswith("TENANT_001: configuration drift ")
    assert alerts(report)["ConfigurationDriftDetected"] == "does not hold"
