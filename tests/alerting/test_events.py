"""Events as alerts count them: births, absences, few of them, everybody's together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mcreports.metrics import CATALOGUE
from mcreports.settings import Settings

HOURS = 31
VIOLATIONS = {"TenantResidencyViolation", "TenantPolicyViolation"}


def operations(scene: Any, tenant: str, *values: tuple[float | None, float], status: str = "failure") -> None:
    scene.put(CATALOGUE["autonomy.operations"], *values, tenant=tenant, status=status)


def both(scene: Any, alert: str, *names: str) -> None:
    for name in names:
        for severity in ("warning", "critical"):
            scene.expect(alert, severity, tenant=name)


def test_failures_count_from_a_series_first_sample_on_and_of_few_operations_they_warn(
    scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    played = scene(HOURS)
    operations(played, "newborn failures", (None, HOURS), (101.0, 3))
    operations(played, "newborn failures", (5.0, HOURS), (99_904.0, 3), status="success")
    operations(played, "nothing succeeds", (None, HOURS), (500.0, 3))
    operations(played, "only 99", (None, HOURS), (99.0, 3))
    operations(played, "one of one", (None, HOURS), (1.0, 1))
    operations(played, "one of two", (None, HOURS), (1.0, 3))
    operations(played, "one of two", (None, HOURS), (1.0, 3), status="success")
    operations(played, "two of two", (None, HOURS), (2.0, 3), status="success")
    operations(played, "idle", (70.0, HOURS))
    operations(played, "restarted", (9_000.0, HOURS), (1.0, 3))
    operations(played, "restarted", (9_000.0, HOURS), (999.0, 3), status="success")
    both(played, "TenantAutonomyFailureRate", "newborn failures", "nothing succeeds")
    for name in ("only 99", "one of one", "one of two"):
        played.expect("TenantAutonomyFailureRate", "warning", tenant=name)
    ran = promtool(played, Settings(), {"TenantAutonomyFailureRate"})
    assert ran.code == 0, ran.out


def test_the_first_violation_of_a_tenant_fires_and_an_old_one_does_not(
    scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    played = scene(HOURS)
    played.put(CATALOGUE["autonomy.violations"], (None, HOURS), (1.0, 2), tenant="first", type="residency")
    played.put(CATALOGUE["autonomy.violations"], (4.0, HOURS), tenant="old", type="residency")
    played.put(CATALOGUE["autonomy.violations"], (None, HOURS), (0.0, 2), tenant="none", type="policy")
    played.expect("TenantResidencyViolation", "critical", tenant="first")
    ran = promtool(played, Settings(), {"TenantResidencyViolation", "TenantPolicyViolation"})
    assert ran.code == 0, ran.out


def test_one_undone_operation_of_a_few_warns(scene: Callable[..., Any], promtool: Callable[..., Any]) -> None:
    played = scene(HOURS)
    for name, many in (("few", 99.0), ("many", 100.0)):
        operations(played, name, (0.0, HOURS), (many, 3), status="success")
        played.put(CATALOGUE["autonomy.compensations"], (None, HOURS), (1.0, 3), tenant=name, reason="timeout")
    played.expect("TenantAutonomyCompensationRate", "warning", tenant="few")
    both(played, "TenantAutonomyCompensationRate", "many")
    ran = promtool(played, Settings(), {"TenantAutonomyCompensationRate"})
    assert ran.code == 0, ran.out


def violations(scene: Any, tenant: str, *values: tuple[float | None, float]) -> None:
    scene.put(CATALOGUE["autonomy.violations"], *values, tenant=tenant, type="residency")


@pytest.mark.parametrize("lag", [0, 0.25])
@pytest.mark.parametrize("hours", [1, 5.75, 6, 6.25, 7])
def test_to_a_server_that_has_just_begun_to_watch_no_violation_is_new(
    hours: float, lag: float, scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    played = scene(HOURS)
    operations(played, "old", (None, HOURS), (70.0, hours))
    violations(played, "old", (None, HOURS), (3.0, hours - lag))
    violations(played, "grows", (None, HOURS), (3.0, hours), (4.0, 0.5))
    played.expect("TenantResidencyViolation", "critical", tenant="grows")
    ran = promtool(played, Settings(), VIOLATIONS)
    assert ran.code == 0, ran.out


def test_a_violation_that_is_a_tenants_first_sign_counts_on_a_server_that_watched_others(
    scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    played = scene(HOURS)
    operations(played, "old", (70.0, HOURS))
    violations(played, "new", (None, HOURS), (1.0, 2))
    violations(played, "counted before", (None, HOURS), (1.0, 6.5))
    played.expect("TenantResidencyViolation", "critical", tenant="new")
    ran = promtool(played, Settings(), VIOLATIONS)
    assert ran.code == 0, ran.out


@pytest.mark.parametrize("whose", ["everybody's", "one tenant's"])
def test_violations_that_were_known_before_an_absence_of_thirty_hours_are_not_new(
    whose: str, scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    played = scene(72)
    for name in ("a", "b"):
        absent = ((None, 32), (70.0, 2)) if name == "a" or whose == "everybody's" else ()
        operations(played, name, (70.0, 72), *absent)
        violations(played, name, (3.0, 72), *absent)
    violations(played, "born meanwhile", (None, 72), (1.0, 2))
    played.expect("TenantResidencyViolation", "critical", tenant="born meanwhile")
    ran = promtool(played, Settings(), VIOLATIONS)
    assert ran.code == 0, ran.out


def test_the_answers_of_all_are_judged_together_whatever_each_tenant_comes_to(
    scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    for name, failed in (("many", 40.0), ("more", 61.0)):
        played = scene(HOURS)
        for tenant, values in (("usual", (1000.0, 0.0)), (name, (1000.0, failed)), ("few", (9.0, 50.0))):
            for result, value in zip(("pass", "fail"), values, strict=True):
                played.put(CATALOGUE["grounding.checks"], (0.0, HOURS), (value, 3), tenant=tenant, result=result)
        if name == "more":
            both(played, "TenantGroundingPassRate", "more")
            for severity in ("warning", "critical"):
                played.expect("PlatformGroundingPassRate", severity)
        played.expect("TenantGroundingPassRate", "warning", tenant="few")
        own = {"few": {"thresholds": {"grounding.pass_rate": {"fail": 20}}}}
        ran = promtool(played, Settings(tenants=own), {"TenantGroundingPassRate", "PlatformGroundingPassRate"})  # type: ignore[arg-type]
        assert ran.code == 0, ran.out
