from __future__ import annotations

from dataclasses import replace
from typing import Any

from mcreports.checks import Reconciliation, Status, Verdict
from mcreports.domains.headline import headline
from mcreports.domains.story import main_driver


def verdict(status: Status, check: str = "budget.burn_rate", tenant: str | None = "T") -> Verdict:
    return Verdict(check, tenant, status, "1", "1", "<", "%", "")


def said(platform: Any, verdicts: list[Verdict], sums: tuple[Reconciliation, ...] = ()) -> Any:
    report = platform().cost().known().report()
    return headline(report.snapshot, report.figures, verdicts, sums)


def test_the_gravest_verdict_is_the_headline(platform: Any) -> None:
    found = said(platform, [verdict(Status.WARN), verdict(Status.FAIL, "config.drift", None), verdict(Status.PASS)])
    assert found.status is Status.FAIL
    assert found.text == "1 of 3 checks fails: configuration drift (the platform)"


def test_what_evidence_claims_is_not_told_as_what_the_metric_says(platform: Any) -> None:
    claimed = replace(verdict(Status.FAIL, "grounding.pass_rate", "T2"), labels=(("source", "evidence"),))
    found = said(platform, [claimed, verdict(Status.FAIL, "grounding.pass_rate", "T1")])
    assert found.sentences[-1] == ("Failing: RAG grounding (T1); RAG grounding by evidence (T2).",)


def test_the_metrics_of_a_coverage_are_one_check(platform: Any) -> None:
    thin = [replace(verdict(Status.FAIL, "data.coverage"), labels=(("metric", key),)) for key in ("a", "b")]
    assert said(platform, thin).sentences[-1] == ("Failing: sample coverage (T).",)


def test_only_passes_pass(platform: Any) -> None:
    assert said(platform, [verdict(Status.PASS)]).text == "all 1 checks pass"
    assert said(platform, []).status is Status.UNKNOWN


def test_sums_that_do_not_agree_fail_whatever_passes(platform: Any) -> None:
    broken = (Reconciliation("days sum to period", "0.01", Status.FAIL),)
    for verdicts in ([verdict(Status.PASS)], []):
        found = said(platform, verdicts, broken)
        assert (found.status, found.text) == (Status.FAIL, "the sums do not agree")


def test_sums_that_nobody_knows_keep_a_report_from_passing(platform: Any) -> None:
    found = said(platform, [verdict(Status.PASS)], (Reconciliation("days sum to period", "n/a", Status.UNKNOWN),))
    assert found.status is Status.UNKNOWN
    assert "not known" in found.text


def test_more_than_three_tenants_are_counted_and_a_nameless_one_is_not_the_platform(platform: Any) -> None:
    found = said(platform, [verdict(Status.FAIL, tenant=name) for name in ("", "B", "C", "D", "E")])
    assert found.text.endswith("((no name), B, C and 2 more)")


def test_checks_are_told_in_one_order_also_those_without_a_name(platform: Any) -> None:
    verdicts = [verdict(Status.FAIL, name) for name in ("zz.new", "aa.new", "budget.forecast", "mm.new")]
    line = "".join(map(str, said(platform, verdicts).sentences[-1]))
    assert [line.index(name) for name in ("orecast against", "aa.new", "mm.new", "zz.new")] == sorted(
        line.index(name) for name in ("orecast against", "aa.new", "mm.new", "zz.new")
    )


def test_the_story_names_the_tenant_that_is_furthest_over_and_the_driver_that_grew_most(platform: Any) -> None:
    made = platform()
    for name, usd, budget in (("SMALL", 110.0, 2_700.0), ("LARGE", 220.0, 5_000.0), ("GOOD", 10.0, 9_000.0)):
        made.cost(name, per_day=usd).known(name).limit(name, daily=1e6, monthly=budget)
    made.cost("LARGE", driver="gpu", per_day=lambda day: 1.0 if day < 61 else 30.0)
    made.cost("LARGE", driver="disk", per_day=lambda day: 900.0 if day < 61 else 0.0)
    report = made.report()
    lines = [" ".join(str(getattr(part, "value", part)) for part in one) for one in report.headline.sentences]
    assert any(line.startswith("LARGE ended") and "gpu grew most" in line for line in lines)
    assert any("raise the budget of LARGE" in line and "4 November 2025" in line for line in lines)
    driver = main_driver(report.figures, "LARGE")
    assert driver is not None
    assert dict(driver.labels) == {"driver": "gpu"}


def test_without_growth_there_is_no_main_driver(platform: Any) -> None:
    report = platform().cost(per_day=lambda day: 100.0 - day).known().report(label="2025-10-30")
    assert main_driver(report.figures, "T") is None


def test_a_month_that_is_not_over_did_not_close(platform: Any) -> None:
    for now, verb in (("2025-10-31T15:20", "is forecast at"), ("2025-11-02", "closed at")):
        made = platform(last=now).cost().known().limit()
        first = made.report(now=now, provisional=True).headline.sentences[0][0]
        assert first == f"October {verb}"


def test_a_story_without_a_budget_says_so(platform: Any) -> None:
    lines = platform().cost().known().report().headline.sentences
    assert any("the budget is not known" in str(part) for line in lines for part in line)
