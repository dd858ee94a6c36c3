"""The notebooks that an analyst works in: copies of the packaged ones, with what they are opened for filled in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mcreports.errors import UsageError
from mcreports.figures import instant_text
from mcreports.period import Period
from mcreports.reports.execute import notebook_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from mcreports.settings import Settings

EXPLORE, INCIDENT = "explore", "incident"


@dataclass(frozen=True)
class Copy:
    """A notebook's file name and its text."""

    name: str
    text: str


def of_source(settings: Settings, now: datetime) -> tuple[Copy, ...]:
    """The two notebooks over the source of the settings; the first is the one to open."""
    url = settings.source.url
    ours: dict[str, str] = {}  # explore asks the settings for the source, so that a copy follows them
    if not url.startswith("demo:"):
        month = Period.last_closed("month", now - max(settings.report.settle, timedelta(0)), settings.report.zone)
        ours = {"period": month.label, "tenant": ""}
    given = {"source": url} if "url" in settings.source.model_fields_set else {}
    return Copy(f"{EXPLORE}.ipynb", filled(EXPLORE, ours)), Copy(f"{INCIDENT}.ipynb", filled(INCIDENT, given))


def of_run(place: Path) -> tuple[Copy, ...]:
    """The notebook over what a published run saw, under a name of its own; an incident's own notebook before it."""
    from mcreports.reports.manifest import read

    run = read(place)
    parts = (run.report, run.period_label, run.scope, f"r{run.revision}")
    # a manifest is a file like any other: what it names must not lead out of the directory
    name = re.sub(r"[^\w.-]+", "-", "-".join(part for part in parts if part))
    given = {"source": str(place), "period": run.period_label, "tenant": run.tenants[0] if run.tenants else ""}
    explore = Copy(f"{EXPLORE}-{name}.ipynb", filled(EXPLORE, given))
    if not run.report.startswith(f"{INCIDENT}-"):
        return (explore,)
    return Copy(f"{name}.ipynb", filled(INCIDENT, _incident(place))), explore


def _incident(place: Path) -> dict[str, str]:
    from mcreports.domains.incidents.case import Case
    from mcreports.snapshot import read

    case = Case(read(place))
    asked = {"incident": case.subject, "tenant": case.tenant, "at": instant_text(case.at)}
    return {**asked, "snapshot": str(place)}


def filled(notebook: str, given: Mapping[str, str]) -> str:
    """A packaged notebook with other values in its parameters' cell."""
    import nbformat

    node = nbformat.read(notebook_path(notebook), as_version=nbformat.NO_CONVERT)
    for cell in node.cells:
        if "parameters" in cell.metadata.get("tags", ()):
            lines = (line.partition(" = ") for line in cell.source.splitlines())
            # as JSON: a name in it stays text, whatever it holds
            cell.source = "\n".join(
                f"{key}{equals}{json.dumps(given[key]) if key in given else value}" for key, equals, value in lines
            )
    return f"{nbformat.writes(node)}\n"


def put(copy: Copy, directory: Path) -> bool:
    """Leave a copy in a directory, whole or not at all; False where another file already has its name."""
    file = directory / copy.name
    try:
        new = file.open("x", encoding="utf-8", newline="\n")
    except FileExistsError:
        return file.is_file() and file.read_bytes() == copy.text.encode()
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error}; choose another --directory") from error
    try:
        with new:
            new.write(copy.text)
    except OSError as error:
        file.unlink()  # half a copy would be kept as if it were the analyst's own
        raise UsageError(f"{file}: cannot be written: {error}; choose another --directory") from error
    return True
