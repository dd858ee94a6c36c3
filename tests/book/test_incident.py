from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from mcreports import book
from mcreports.domains.compose import Report, compose
from mcreports.domains.incidents.take import order_of, take_as_of
from mcreports.errors import UsageError
from mcreports.settings import Settings
from mcreports.snapshot import write
from mcreports.sources.demo import DemoSource
from mcreports.sources.demo.evidence import write_evidence

CASES = {
    "budget": ("TENANT_005", "2025-10-31T12:00:00Z"),
    "autonomy": ("TENANT_003", "2025-10-30T20:00:00Z"),
    "drift": ("TENANT_001", "2025-10-20T12:00:00Z"),
}
HOSTILE = '<script>alert(1)</script> $(reboot) "} or up{a!="'
Page = Callable[[str, Report], str]


@pytest.fixture(scope="session")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, str], Report]:
    folder = tmp_path_factory.mktemp("evidence")
    write_evidence(folder, 7)
    settings = Settings(report={"evidence": folder})  # type: ignore[arg-type]

    def take(subject: str, tenant: str, text: str) -> Report:
        at = datetime.fromisoformat(text)
        order = order_of(subject, tenant, at, "UTC")
        return compose(take_as_of(order, DemoSource.from_url("demo://?seed=7"), settings, at))

    return take


@pytest.fixture(scope="session")
def reports(incident: Callable[[str, str, str], Report]) -> dict[str, Report]:
    return {subject: incident(subject, *case) for subject, case in CASES.items()}


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", page.partition("</style>")[2])))


@pytest.mark.parametrize("subject", CASES)
def test_the_page_is_small_and_of_one_tenant_alone(reports: dict[str, Report], page: Page, subject: str) -> None:
    made, own = page("incident", reports[subject]), CASES[subject][0]
    assert len(made.encode()) < 300_000
    assert set(re.findall("TENANT_[0-9]+", made)) == {own}


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("budget", "compute grew most, by USD 267.48 against the month before"),
        ("budget", "Budget 3 Leadership team 2025-10-29 18:49:16 UTC , overdue: tell now unless it was done"),
        ("budget", "its owner is team-e"),
        ("budget", "mcreports incident budget --tenant TENANT_005 --at 2025-10-31T12:00:00Z"),
        ("autonomy", "95 % interval 99.0 % to 99.3 %"),
        ("autonomy", "Security 2 CISO 2025-10-30 02:39:43 UTC"),
        ("autonomy", "Residency violations, since the onset 1 ▲ FAIL: 1"),
        ("autonomy", "20 of the last 24 hours below the success target beyond chance"),
        ("budget", "TenantCostAnomaly does not hold"),
        ("budget", "TenantGraphqlLatencyHigh not evaluated here"),
        (
            "autonomy",
            "2025-10-30T02:24:43Z violation op-20251030-0064 residency autonomy/TENANT_003/violations_20251030",
        ),
        ("autonomy", "2025-10-30T00:00:00Z to 2025-10-30T20:00:00Z"),
        ("drift", "the gauge 1 the gauge was up from 2025-10-20T00:00:00Z"),
        ("drift", "Not known: config/config-baseline.json is of 2025-10-24T23:00:00Z"),
        ("drift", "config/config-current.json is of 2025-10-31T23:00:00Z"),
        ("drift", "Drift is of the platform; TENANT_001 is affected."),
    ],
)
def test_the_page_says_what_a_responder_needs(reports: dict[str, Report], page: Page, subject: str, said: str) -> None:
    assert said in words(page("incident", reports[subject]))


def test_a_card_shows_what_the_evidence_alone_fails(incident: Callable[[str, str, str], Report]) -> None:
    report = incident("autonomy", "TENANT_003", "2025-10-30T12:00:00Z")
    cards = words(f"</style>{book.incident_cards(report)._repr_html_()}")
    assert "Residency violations, since the onset, by the evidence 1 ▲ FAIL: 1" in cards
    assert "6 hours: 0" in cards


@pytest.mark.parametrize("subject", CASES)
def test_a_hostile_tenant_without_data_is_shown_literally_and_quoted(page: Page, subject: str) -> None:
    at = datetime(2025, 10, 31, 12, tzinfo=UTC)
    settings = Settings(report={"tenants": (HOSTILE,)})  # type: ignore[arg-type]
    order = order_of(subject, HOSTILE, at, "UTC")
    report = compose(take_as_of(order, DemoSource.from_url("demo://?seed=7"), settings, at))
    made = page("incident", report)
    assert "<script" not in made
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made
    commands = dict(_texts(book.incident_commands(report)))
    assert commands["This page"].startswith(f"mcreports incident {subject} --tenant '<script>")


def _texts(table: Any) -> list[tuple[str, str]]:
    return [(what, command.text) for what, command in table.rows]


def test_a_snapshot_of_another_instant_is_refused(reports: dict[str, Report], tmp_path: Path) -> None:
    write(reports["drift"].snapshot, tmp_path)
    with pytest.raises(UsageError, match="was asked for incident-drift TENANT_001 2025-10-20T11:00:00Z"):
        book.open_incident("drift", "TENANT_001", "2025-10-20T11:00:00Z", snapshot=str(tmp_path))


def test_a_snapshot_that_travelled_gives_the_same_figures(reports: dict[str, Report], tmp_path: Path) -> None:
    write(reports["autonomy"].snapshot, tmp_path)
    again = book.open_incident("autonomy", *CASES["autonomy"], snapshot=str(tmp_path))
    assert again.figures.every == reports["autonomy"].figures.every
    assert again.verdicts == reports["autonomy"].verdicts


def test_without_contacts_the_page_says_where_to_set_them(reports: dict[str, Report]) -> None:
    report = reports["budget"]
    bare = replace(report, snapshot=replace(report.snapshot, evidence={}))
    assert "set escalation in mcreports.toml" in book.incident_contacts(bare)._repr_html_()
