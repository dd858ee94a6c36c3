"""What ``report.json`` claims of its run, held against what the publisher knows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mcreports.errors import PublishError
from mcreports.view.closing import sharing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SCHEMA = "mcreports.report/1"


def read_report(file: Path) -> dict[str, object]:
    """The body of a ``report.json``; a PublishError if it is not JSON or not of our schema."""
    try:
        with file.open(encoding="utf-8") as text:
            body = json.load(text, parse_constant=_refuse_constant, object_hook=sharing())
    except (ValueError, RecursionError) as error:
        msg = f"{file}: is not JSON: {error}"
        raise PublishError(msg) from error
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        msg = f"{file}: is not of the schema {SCHEMA}"
        raise PublishError(msg)
    return body


def refuse_contradictions(file: Path, body: Mapping[str, object], known: Mapping[str, object]) -> None:
    """A PublishError names everything in the report that is not as it is known; of objects, those keys."""
    faults = []
    for key, value in known.items():
        said = body.get(key)
        if isinstance(said, dict) and isinstance(value, dict):
            said = {name: said.get(name) for name in value}
        if said != value:
            faults.append(f"{key} is {said!r}, the run's is {value!r}")
    if faults:
        msg = f"{file}: contradicts the run: {'; '.join(faults)}"
        raise PublishError(msg)


def _refuse_constant(name: str) -> None:
    msg = f"{name} is no JSON number"
    raise ValueError(msg)
