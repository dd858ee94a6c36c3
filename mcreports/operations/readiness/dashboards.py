"""The validation of dashboards: the one that is deployed asks for what it must, and is answered with data."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from mcreports.errors import EvidenceError, SourceError, UnreachableError, UsageError
from mcreports.evidence.files import Place, load
from mcreports.operations.readiness.finding import Finding, Piece
from mcreports.operations.readiness.panels import Question, missing, questions
from mcreports.sources.answer import PartialError, TooMuchError
from mcreports.sources.http import StrictSession

if TYPE_CHECKING:
    from mcreports.operations.readiness.grounds import Grounds
    from mcreports.sources.access import Access

LONGEST = 160  # of a query, where it is told


def dashboards(grounds: Grounds) -> Finding:
    """Each query of the dashboard, asked now of the server that people see it with."""
    access = grounds.server
    asked, piece = _board(grounds)
    wrong: list[str] = []
    doubts: list[str] = []
    good = 0
    for one in asked:
        fault, is_certain = _fault(access, one, grounds.now.timestamp())
        good += not fault
        if fault:
            (wrong if is_certain else doubts).append(f"{one.panel}: {fault}")
    wrong += missing(asked, grounds.metrics) if asked else [f"{piece.name} holds no panel that asks anything"]
    pieces = (piece, *(Piece(_short(one), "", grounds.now) for one in asked))
    told = f"{len(asked)} of {len(asked)} queries of {piece.name} are answered with data by {access.shown}"
    return Finding(told, good, len(asked), tuple(wrong), tuple(doubts), pieces, grounds.now)


def _board(grounds: Grounds) -> tuple[list[Question], Piece]:
    """What the deployed dashboard asks, known by its bytes."""
    file = grounds.settings.readiness.dashboard
    if file is None:
        raise UsageError("no deployed dashboard is named: set readiness.dashboard to its JSON, as Grafana exports it")
    try:
        document = load(Place("dashboard", "", file, file.name), file.parent)
        return questions(document.body), Piece(str(file), document.sha256)
    except EvidenceError as error:
        msg = f"readiness.dashboard {file}: {error}"
        raise EvidenceError(msg) from error


def _fault(access: Access, one: Question, at: float) -> tuple[str, bool]:
    """Why a query shows nothing, and whether that is certain; a server that is away ends the whole validation."""
    if not one.promql:
        return "asks nothing", True
    asked = {"query": one.promql, "time": f"{at:.3f}"}
    try:
        with StrictSession(access, f"the panel {one.panel!r}") as session:
            data = session.get(f"{access.url}/api/v1/query", params=asked).json()["data"]
    except (PartialError, TooMuchError) as error:
        return str(error), False
    except UnreachableError:
        raise
    except SourceError as error:
        return str(error), True
    return ("", True) if _has_data(data) else ("has no data", True)


def _has_data(data: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether an answer holds a number; not-a-number and infinity show nothing."""
    result = data.get("result") if isinstance(data, dict) else None
    if not isinstance(result, list):
        return False
    rows = [{"value": result}] if data.get("resultType") == "scalar" else result
    return any(_is_number(row) for row in rows)


def _is_number(row: Any) -> bool:  # noqa: ANN401 - JSON
    try:
        return isfinite(float(row["value"][1]))
    except (KeyError, IndexError, TypeError, ValueError):
        return False


def _short(one: Question) -> str:
    query = one.promql if len(one.promql) <= LONGEST else f"{one.promql[: LONGEST - 1]}…"
    return f"{one.panel}: {query}"
