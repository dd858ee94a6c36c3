"""The runs for machines: an Atom feed, the verdicts as JSON, and how far they reach as metrics."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

from mcreports.alerting.absence import textfile
from mcreports.checks import Status
from mcreports.figures import instant_text
from mcreports.view.markup import visible
from mcreports.view.words import WORDS, period_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mcreports.reports.runs import PublishedRun

SCHEMA = "mcreports.verdicts/1"
ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 60


def verdicts(runs: Sequence[PublishedRun], sentence: str, now: datetime) -> str:
    """Every run's verdict and where it lies, newest first."""
    body = {
        "schema": SCHEMA,
        "generated_at": instant_text(now),
        "now": sentence,
        "runs": [
            {
                "report": run.report,
                "period": {
                    "label": run.period.label,
                    "start": instant_text(run.period.start),
                    "end": instant_text(run.period.end),
                    "zone": run.period.zone,
                },
                "scope": run.scope,
                "tenants": list(run.tenants),
                "revision": run.revision,
                "state": run.state,
                "status": run.status,
                "headline": run.headline,
                "generated_at": instant_text(run.generated_at),
                "path": run.path,
            }
            for run in runs
        ],
    }
    return json.dumps(body, indent=1) + "\n"


def atom(runs: Sequence[PublishedRun], sentence: str, now: datetime) -> str:
    """The newest runs, each an entry whose title is its verdict."""
    feed = ET.Element("feed", xmlns=ATOM)
    _add(feed, "id", "urn:mcreports:verdicts")
    _add(feed, "title", f"mcreports: {sentence}")
    _add(feed, "updated", instant_text(max((run.generated_at for run in runs), default=now)))
    ET.SubElement(feed, "link", rel="self", href="feed.atom")
    _add(ET.SubElement(feed, "author"), "name", "mcreports")
    for run in sorted(runs, key=lambda run: run.generated_at, reverse=True)[:MOST_ENTRIES]:
        entry = ET.SubElement(feed, "entry")
        _add(entry, "id", f"urn:mcreports:{quote(run.path, safe='/')}")
        _add(entry, "title", f"{WORDS[Status(run.status)]}: {run.report}, {period_words(run.period)}")
        _add(entry, "updated", instant_text(run.generated_at))
        _add(entry, "summary", run.headline)
        ET.SubElement(entry, "category", term=run.status)
        ET.SubElement(entry, "link", href=quote(f"{run.path}/report.html", safe="/"))
    ET.indent(feed)
    return ET.tostring(feed, encoding="unicode", xml_declaration=False) + "\n"


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = visible(text)


def metrics(runs: Iterable[PublishedRun]) -> str:
    """How far each report is published for all tenants and final, for node_exporter's textfile collector."""
    whole = [run for run in runs if run.scope is None and run.state == "final"]
    # oldest period first, so that the last one of a report is its newest
    return textfile({run.report: run.period.end for run in sorted(whole, key=lambda run: run.period.end)})
