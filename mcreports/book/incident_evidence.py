"""The evidence of an incident: its events, and the files with the claims that do not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.domains.details import contradiction, rows
from mcreports.domains.incidents.case import Case, span_of
from mcreports.domains.incidents.drift import FILES
from mcreports.figures import instant_text
from mcreports.view.markup import Name
from mcreports.view.tables import Column, Table

if TYPE_CHECKING:
    import pandas as pd

    from mcreports.domains.compose import Report
    from mcreports.view.tables import Row

MOST = 10  # events of a kind, and files
CONFIGURATION = ("config/config-baseline.json", "config/config-current.json")
# each kind of events: what one is called, and which column says more of it
EVENTS = {
    "violations": ("violation", "violation_type"),
    "compensations": ("compensation", "reason"),
    "operations": ("failed operation", "operation_type"),
}


def incident_events(report: Report) -> Table:
    """What the evidence has of it: violations, compensations and operations that failed, newest first."""
    case = Case(report.snapshot)
    span = span_of(case, report.figures)
    found: list[Row] = []
    for kind in EVENTS:
        table = rows(report.snapshot, kind, span, case.tenant)
        found += _events(table[~table["success"]] if "success" in table else table, kind)
    heads = Column("Operation", "name"), Column("Detail", "name"), Column("File", "name")
    empty = "The evidence has no violation, compensation or failure of this tenant in this time."
    if "files" not in report.snapshot.evidence:
        empty = "Not known: no evidence directory was given; see --evidence."
    return Table("Events", (Column("When"), Column("What"), *heads), tuple(found), empty=empty)


def _events(table: pd.DataFrame, kind: str) -> list[Row]:
    if table.empty:
        return []
    word, detail = EVENTS[kind]
    newest = table.sort_values("ts", ascending=False).to_dict("records")
    found: list[Row] = []
    for row in newest[:MOST]:
        impact = f", impact {row['impact_level']}" if row.get("impact_level") else ""
        said = Name(f"{row[detail]}{impact}")
        when = instant_text(row["ts"].to_pydatetime())
        found.append((when, word, Name(row["operation_id"]), said, Name(row["file"])))
    more = len(newest) - len(found)
    return [*found, (f"and {more:,} more", word, None, None, None)] if more > 0 else found


def incident_files(report: Report) -> Table:
    """The evidence files that speak of this tenant, newest first, and each claim that its details contradict."""
    columns = (Column("File", "name"), Column("Until"), Column("SHA-256"), Column("False claims", "name"))
    evidence = report.snapshot.evidence
    if "files" not in evidence or evidence["files"].empty:
        return Table("Evidence files", columns, (), empty="Not known: there is no evidence file of this time.")
    false = evidence["claims"][~evidence["claims"]["holds"]]
    newest = evidence["files"].sort_values("ts", ascending=False).to_dict("records")
    found: list[Row] = []
    for row in newest[:MOST]:
        own = false[false["file"] == row["file"]].head(2).itertuples()
        said = "; ".join(contradiction(claim) for claim in own)
        when = instant_text(row["ts"].to_pydatetime()) if row["ts"] == row["ts"] else ""
        found.append((Name(row["file"]), when, row["sha256"][:12], Name(said) if said else None))
    more = len(newest) - len(found)
    return Table("Evidence files", columns, (*found, *([(f"and {more:,} more", None, None, None)] if more > 0 else [])))


def differing_files(report: Report) -> Table:
    """The configuration files that differ from the baseline, or why nobody can tell."""
    columns = (Column("File", "name"), Column("Change"), Column("Content"))
    differing = report.figures.where(FILES)
    rows = tuple((Name(dict(f.labels)["path"]), dict(f.labels)["change"], f.reason) for f in differing)
    empty = "No file differs from the baseline." if _has_files(report) else f"Not known: {_missing(report)}."
    return Table("Files that differ", columns, rows, empty=empty)


def _has_files(report: Report) -> bool:
    """Whether both sides of the comparison are there."""
    config = report.snapshot.evidence.get("config")
    return config is not None and {"baseline", "current"} <= set(config["side"])


def _missing(report: Report) -> str:
    """Why the configuration files cannot be compared: they are of another time, broken, or not there."""
    evidence = report.snapshot.evidence
    if "files" not in evidence:
        return "no evidence directory was given; see --evidence"
    faults = evidence["faults"].sort_values("kind", key=lambda kinds: kinds == "stale", kind="stable")
    own = faults[faults["file"].isin(CONFIGURATION)].drop_duplicates("file").to_dict("records")
    told = (" ".join(filter(None, [row["file"], row["text"]])) for row in own)
    return "; ".join(told) or "there are not both configuration files in the evidence"
