from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from mcreports.period import Period
from mcreports.reports.files import Hashed
from mcreports.reports.portal import portal
from mcreports.reports.runs import DamagedRun, PublishedRun
from mcreports.reports.slug import slug
from mcreports.reports.strip import strip

NOW = datetime(2025, 11, 1, 9, 5, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


def run(report: str, label: str, status: str = "pass", **more: Any) -> PublishedRun:
    period = Period.parse(label)
    known = {
        "scope": None,
        "tenants": ("T1",),
        "revision": 1,
        "state": "final",
        "headline": f"{report} {status}",
        "definition": "d",
        "snapshot": "s",
        "generated_at": period.end + timedelta(hours=9),
        "took_seconds": 4.2,
        "reason": "",
        "changes": (),
        "files": {"report.html": Hashed("x", 1), "report.json": Hashed("x", 1)},
    }
    known |= more
    path = f"{report}/{label}/" + (f"scopes/{known['scope']}/" if known["scope"] else "") + f"r{known['revision']}"
    return PublishedRun(report=report, period=period, status=status, path=path, **known)


def index(*runs: PublishedRun, now: datetime = NOW) -> str:
    return portal(runs, now)["index.html"]


def test_the_title_says_how_it_stands_now() -> None:
    page = index(
        run("daily", "2025-10-31", "fail"),
        run("weekly", "2025-W43"),
        run("monthly", "2025-10", "unknown"),
        run("daily", "2025-10-30"),
    )
    assert "<title>Now: 1 fail, 1 pass, 1 without data · Reports</title>" in page


def test_tiles_stand_worst_first() -> None:
    page = index(
        run("daily", "2025-10-31"),
        run("weekly", "2025-W43", "warn"),
        run("monthly", "2025-10", "fail"),
        run("trends", "2024", "unknown"),
    )
    assert re.findall(r'class="tile mc-(\w+)"', page) == ["fail", "unknown", "warn", "pass"]


def test_nothing_published_is_said_and_is_no_pass() -> None:
    page = index()
    assert "Now: nothing is published" in page
    assert "PASS" not in page


def test_incidents_alone_are_no_regular_report_and_are_told() -> None:
    assert "<title>Now: no regular report is published, only 1 incident" in index(run("incident-drift", "2025-10-31"))
    both = index(run("incident-drift", "2025-10-31", "fail"), run("daily", "2025-10-31"))
    assert "<title>Now: 1 pass · Reports</title>" in both


def test_a_report_is_late_once_its_last_closed_period_is_missing_for_a_day() -> None:
    assert "Last run 2025-11-01 09:00 UTC, on time" in index(run("daily", "2025-10-31"))
    assert "next due: Friday 31 October 2025" in index(run("daily", "2025-10-30"))
    late = index(run("monthly", "2025-09"), now=NOW + timedelta(days=2))
    assert "late: October 2025 is not published" in late
    assert "UTC, late" in late


def test_every_link_is_relative_and_leads_into_a_run() -> None:
    page = index(run("daily", "2025-10-31"), run("trends", "2024-11-01..2025-10-31"))
    links = set(re.findall('href="([^"]*)"', page))
    assert {"daily/2025-10-31/r1/report.html", "daily/2025-10-31/r1/report.json"} <= links
    assert not any(re.match("[a-z]+:|/", link) for link in links)


def test_only_forms_that_a_run_has_are_offered() -> None:
    page = index(run("daily", "2025-10-31"))
    assert ">JSON</a>" in page
    assert ">Excel</a>" not in page


def test_the_newest_revision_is_shown_and_the_older_are_linked() -> None:
    page = index(run("daily", "2025-10-31", "fail"), run("daily", "2025-10-31", "pass", revision=2))
    assert page.count("<tr data-report") == 1
    assert "Now: 1 pass" in page
    assert '<a href="daily/2025-10-31/r1/report.html">r1</a>' in page


def test_a_run_of_some_tenants_never_speaks_for_all() -> None:
    page = index(run("daily", "2025-10-30"), run("daily", "2025-10-31", "fail", scope=slug("T<1>"), tenants=("T<1>",)))
    assert "Now: 1 pass" in page
    assert "Daily, T&lt;1&gt;, Friday 31 October 2025" in page


def test_each_tenants_own_page_is_linked_by_its_name() -> None:
    name = f"tenants/{slug('T1')}/report.html"
    page = index(run("daily", "2025-10-31", files={name: Hashed("x", 1)}))
    assert f'<a href="daily/2025-10-31/r1/{name}"><bdi>T1</bdi></a>' in page


def test_damaged_runs_are_listed() -> None:
    page = portal([], NOW, [DamagedRun("daily/2025-10-31/r1", "its digest is <another>")])["index.html"]
    assert "its digest is &lt;another&gt;" in page


def test_what_can_be_chosen_is_what_there_is() -> None:
    page = index(run("daily", "2025-10-31", "fail"), run("weekly", "2025-W43"))
    assert set(re.findall('<span class="choice" id="([^"]*)"', page)) == {
        "report-daily",
        "report-weekly",
        "verdict-fail",
        "verdict-pass",
    }


def test_names_can_not_leave_their_place_in_the_style_sheet() -> None:
    page = index(run("daily", "2025-10-31", scope=slug("</style>"), tenants=("</style>}*{display:none",)))
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert "}*{" not in style.replace("}\n*{", "")
    assert page.count("</style>") == 1


def test_the_verdicts_say_the_same_to_machines() -> None:
    made = portal([run("daily", "2025-10-31", "fail"), run("weekly", "2025-W43")], NOW)
    said = json.loads(made["verdicts.json"])
    assert said["now"] == "Now: 1 fail, 1 pass"
    assert [(each["report"], each["status"], each["path"]) for each in said["runs"]] == [
        ("daily", "fail", "daily/2025-10-31/r1"),
        ("weekly", "pass", "weekly/2025-W43/r1"),
    ]


def test_the_feed_has_an_entry_for_each_run_and_survives_any_headline() -> None:
    made = portal([run("daily", "2025-10-31", "fail", headline="<b>&\x00\ud800\uffff")], NOW)["feed.atom"]
    entry = ET.fromstring(made.encode("utf-8")).findall(f"{ATOM}entry")[0]  # noqa: S314 - our own
    assert entry.findtext(f"{ATOM}title") == "FAIL: daily, Friday 31 October 2025"
    assert entry.findtext(f"{ATOM}summary") == "<b>&␀\\ud800\\uffff"


def test_the_strip_covers_thirty_days_whatever_is_missing_or_overlaps() -> None:
    days = [date(2025, 10, 2) + timedelta(days=day) for day in range(0, 30, 2)]
    runs = [run("daily", day.isoformat()) for day in days]
    runs += [
        run("trends", "2024-10-01..2025-09-30"),
        run("trends", "2024-11-01..2025-10-31"),
        run("weekly", "2025-W43"),
    ]
    made = strip(runs, date(2025, 11, 1))
    assert len(made.days) == 30
    assert {report: sum(cell.span for cell in cells) for report, cells in made.rows} == {
        "daily": 30,
        "weekly": 30,
        "trends": 30,
    }


def test_a_run_with_a_huge_history_stays_small_enough_to_open() -> None:
    runs = [run("daily", (date(2023, 1, 1) + timedelta(days=day)).isoformat()) for day in range(730)]
    assert len(index(*runs)) < 1_000_000
