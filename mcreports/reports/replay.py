"""Replaying a run: its snapshot through today's code, held against what was published."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mcreports.domains.compose import compose
from mcreports.errors import DataError
from mcreports.snapshot import read
from mcreports.view.closing import closing

if TYPE_CHECKING:
    from pathlib import Path

PARTS = ("verdict", "figures", "verdicts", "reconciliation", "notes")


def replay(run: Path) -> list[dict[str, Any]]:
    """What differs between a run's report and its snapshot computed anew: part, position, published, rebuilt."""
    file = run / "report.json"
    try:
        published = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{file}: the report cannot be read: {error}"
        raise DataError(msg) from error
    if not isinstance(published, dict):
        msg = f"{file}: the report is no JSON object"
        raise DataError(msg)
    rebuilt = json.loads(json.dumps(closing(compose(read(run)))))
    found: list[dict[str, Any]] = []
    for part in PARTS:
        found += _compare(part, published.get(part), rebuilt[part])
    return found


def _compare(part: str, published: Any, rebuilt: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    if not isinstance(published, list) or not isinstance(rebuilt, list):
        return [] if published == rebuilt else [{"part": part, "published": published, "rebuilt": rebuilt}]
    length = max(len(published), len(rebuilt))
    pairs = zip(_padded(published, length), _padded(rebuilt, length), strict=True)
    return [
        {"part": part, "position": position, "published": one, "rebuilt": two}
        for position, (one, two) in enumerate(pairs)
        if one != two
    ]


def _padded(items: list[Any], length: int) -> list[Any]:
    return [*items, *[None] * (length - len(items))]
