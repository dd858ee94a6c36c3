"""Compensation events of the evidence: counted once, told the gravest first, with what contradicts them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mcreports.domains.compensations import MOST, NOBODY, Event, counts, events, told
from mcreports.domains.events import Source
from mcreports.evidence import read
from mcreports.sources.demo.evidence import documents
from mcreports.sources.demo.simulation import compensations

WINDOW = datetime(2025, 10, 30, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC)
DAY = "autonomy/TENANT_003/compensation_20251030.json"
DONE = "autonomy/TENANT_003/operations_20251030.json"


@pytest.fixture(scope="session")
def written() -> dict[str, Any]:
    """The demo's evidence of two days."""
    every = documents(7, WINDOW[1])
    return {name: body for name, body in every.items() if name[-13:-5] in {"20251030", "20251031"}}


@pytest.fixture
def found(scene: Any, written: dict[str, Any], tmp_path: Path) -> Any:
    """The events of the evidence after a change of its files."""

    def find(**changes: Any) -> list[Event]:
        for name, body in {
            **written,
            **{DAY if key == "listed" else DONE: body for key, body in changes.items()},
        }.items():
            if name.startswith("autonomy/"):
                file = tmp_path / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(json.dumps(body))
        snapshot = scene.snapshot({}, ("TENANT_003",))
        object.__setattr__(snapshot, "evidence", read(tmp_path, WINDOW))
        return events(snapshot, WINDOW)

    return find


def listed(written: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(one) for one in compensations(written[DONE])]


def test_each_event_has_its_reason_its_impact_and_its_operations_type(found: Any) -> None:
    every = found()
    assert [event.impact for event in every] == ["medium"] * 5 + ["low"]
    assert {event.note for event in every} == {""}
    assert every[0].kind in {"deploy", "scale", "remediate"}
    assert [event.at for event in every[:5]] == sorted((event.at for event in every[:5]), reverse=True)


def test_an_event_that_its_operation_explains_otherwise_says_so(found: Any, written: dict[str, Any]) -> None:
    rows = listed(written)
    rows[0]["reason"] = "because"
    first = found(listed=rows)[0]
    assert (first.operation, first.reason) == (rows[0]["operation_id"], "because")
    assert first.note.startswith("its operation says '")


def test_an_event_that_its_operation_denies_says_so(found: Any, written: dict[str, Any]) -> None:
    rows = [{**one, "compensation": {"required": False, "reason": None}} for one in written[DONE]]
    assert [event.note for event in found(done=rows)][:5] == ["its operation denies it"] * 5


def test_an_event_of_no_operation_says_so(found: Any, written: dict[str, Any]) -> None:
    rows = [*listed(written), {**listed(written)[0], "operation_id": "op-x"}]
    first = found(listed=rows)[0]
    assert (first.operation, first.note) == ("op-x", "no operation of the evidence is called so")


def test_a_compensated_operation_that_no_list_names_is_told_all_the_same(found: Any, written: dict[str, Any]) -> None:
    every = found(listed=listed(written)[1:])
    assert (len(every), every[0].note) == (6, "no list names it")


def test_one_operation_counts_once_however_often_it_is_listed(found: Any, written: dict[str, Any]) -> None:
    rows = listed(written)
    every = found(listed=[*rows, *rows, {**rows[0], "reason": "other"}])
    assert len(every) == 7
    figures = [f for f in counts(every, "TENANT_003", Source(WINDOW, "f")) if "impact" not in dict(f.labels)]
    assert sum(figure.value for figure in figures) == 6  # type: ignore[misc]


def test_a_list_without_operations_is_told_all_the_same(found: Any) -> None:
    every = found(done=[])
    assert (len(every), sum(event.note == NOBODY for event in every)) == (6, 5)


def test_no_more_than_a_few_events_are_figures(found: Any) -> None:
    many = [event for _ in range(5) for event in found()]
    assert len(list(told(many, WINDOW))) == MOST


def test_an_event_is_a_figure_of_its_instant(found: Any) -> None:
    figure = next(told(found(), WINDOW))
    assert (figure.value, figure.unit, figure.query) == ("2025-10-30T21:36:39Z", "instant", DAY)
    assert list(figure.labels) == sorted(figure.labels)
