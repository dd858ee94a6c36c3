"""``report.json``: a run as data, held to its schema before anybody sees it."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from mcreports.checks import SEVERITY, Status, worst
from mcreports.errors import RunError
from mcreports.figures import instant_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mcreports.snapshot import Snapshot

SCHEMA = "mcreports.report/1"
LISTS = ("figures", "verdicts", "reconciliation")  # whose entries have a line each


def record(snapshot: Snapshot, closing: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, Any]:
    """The body of ``report.json``: what the snapshot is of, what the notebook found, which run it is.

    A closing that contradicts itself (a verdict better than its checks, a figure without its unit) is
    a RunError: it is not published.
    """
    period = snapshot.period
    body = {
        "schema": SCHEMA,
        "report": snapshot.report,
        "period": {
            "label": period.label,
            "start": instant_text(period.start),
            "end": instant_text(period.end),
            "zone": period.zone,
        },
        "state": snapshot.state,
        **run,
        "data_through": _instant(data_through(snapshot)),
        "tenants": list(snapshot.tenants),
        "source": {"kind": snapshot.source.kind, "url": snapshot.source.url},
        **closing,
    }
    _refuse_misshapen(body)
    _refuse_contradictions(body)
    return body


def data_through(snapshot: Snapshot) -> datetime | None:
    """The end of the period, or the newest cost sample where that is earlier."""
    _, last = snapshot.reach("budget.cost")
    return None if last is None else min(last, snapshot.period.end)


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of ``report.json``."""
    file = resources.files("mcreports.reports") / "schema" / "report-1.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


@cache
def fits() -> Callable[[Mapping[str, Any]], object]:
    """The schema as a function, which takes 1,000 tenants in seconds."""
    import fastjsonschema

    fits: Callable[[Mapping[str, Any]], object] = fastjsonschema.compile(schema(), use_default=False)
    return fits


def _refuse_misshapen(body: Mapping[str, Any]) -> None:
    import fastjsonschema

    try:
        fits()(body)
    except fastjsonschema.JsonSchemaException as error:
        where, said = _fault(body) or ("its root", str(error))
        msg = f"report.json does not fit {SCHEMA} at {where}: {said[:300]}"
        raise RunError(msg) from error


def _fault(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """Where a body does not fit and why, as the one who has to repair it wants to read it."""
    import jsonschema

    fault = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema()).iter_errors(body))
    return None if fault is None else ("/".join(map(str, fault.absolute_path)) or "its root", fault.message)


def _refuse_contradictions(body: Mapping[str, Any]) -> None:
    found = [Status(each["status"]) for each in (*body["verdicts"], *body["reconciliation"])]
    said, proven = Status(body["verdict"]["status"]), worst(found)
    if SEVERITY.index(said) < SEVERITY.index(proven):
        msg = f"the notebook calls the report {said.value} while its gravest check is {proven.value}"
        raise RunError(msg)
    for verdict in body["verdicts"]:
        if verdict["status"] == Status.PASS.value and verdict["value"] is None:
            msg = f"{verdict['check']} of {verdict['tenant']} passes without a value"
            raise RunError(msg)


FIGURE_COLUMNS = (
    "id", "tenant", "labels", "value", "unit", "start", "end", "quality", "low", "high", "coverage", "samples",
    "resets", "reason", "method", "query",
)  # fmt: skip
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - a spreadsheet reads the wide ones, too
VERDICT_COLUMNS = ("check", "tenant", "labels", "status", "value", "op", "target", "unit", "gap", "n", "reason")


def report_json(body: Mapping[str, Any]) -> Iterator[str]:
    """The text of ``report.json``, piece by piece: a line for each figure and verdict."""
    before = "{"
    for key, value in body.items():
        yield f"{before}\n{json.dumps(key)}: "
        if key in LISTS:
            for position, each in enumerate(value):
                yield (",\n " if position else "[\n ") + json.dumps(each)
            yield "\n]" if value else "[]"
        else:
            yield json.dumps(value, indent=1)
        before = ","
    yield "\n}\n"


def figures_csv(figures: Iterable[Mapping[str, Any]]) -> str:
    """All figures as CSV that a spreadsheet opens and does not execute."""
    return rows_csv(FIGURE_COLUMNS, map(_flat, figures))


def _flat(figure: Mapping[str, Any]) -> dict[str, Any]:
    low, high = figure["bounds"] or (None, None)
    start, end = figure["window"]
    return {**figure, "start": start, "end": end, "low": low, "high": high}


def verdicts_csv(verdicts: Iterable[Mapping[str, Any]]) -> str:
    """All verdicts as CSV that a spreadsheet opens and does not execute."""
    return rows_csv(VERDICT_COLUMNS, verdicts)


def rows_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV that a spreadsheet opens and does not execute."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, dict):
        return _cell(" ".join(f"{key}={part}" for key, part in value.items()))
    if isinstance(value, str) and value[:1] in FORMULA and not _is_number(value):
        return f"'{value}"
    return value


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
