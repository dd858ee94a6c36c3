"""Facts as text, exactly: a fact that was written and read is equal to the one that was worked out."""

from __future__ import annotations

import json
from array import array
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from mcreports.domains.accounts import Account
from mcreports.domains.events import Count
from mcreports.domains.ledger import Spend
from mcreports.domains.series import Seen
from mcreports.figures import Quality

if TYPE_CHECKING:
    from collections.abc import Callable

_SEEN, _COUNT, _SPEND = (attrgetter(*(one.name for one in fields(kind))) for kind in (Seen, Count, Spend))
_SIGHT = [one.name for one in fields(Count)].index("seen")
_QUALITIES = {quality.value: quality for quality in Quality}


def write(kind: str, fact: Any) -> str:  # noqa: ANN401 - whatever is a fact of that kind
    """A tenant's fact as one line of JSON; floats as Python writes them, which is exact."""
    return json.dumps(_WRITE[kind](fact), separators=(",", ":"), default=_plain)


def read(kind: str, text: str) -> Any:  # noqa: ANN401 - the fact that was written
    """The fact that a text was made of; a ValueError, TypeError, KeyError or IndexError if it is none."""
    return _READ[kind](json.loads(text))


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A number of numpy's as Python's own."""
    if hasattr(value, "item"):
        return value.item()
    msg = f"a fact holds a {type(value).__name__}, which has no text"
    raise TypeError(msg)


def _write_counts(parts: tuple[tuple[dict[str, str], Count], ...]) -> list[Any]:
    found = []
    for labels, count in parts:
        row = list(_COUNT(count))
        row[_SIGHT] = _SEEN(count.seen)
        found.append([labels, row])
    return found


def _read_counts(raw: list[Any]) -> tuple[tuple[dict[str, str], Count], ...]:
    return tuple((labels, _count(row)) for labels, row in raw)


def _count(row: list[Any]) -> Count:
    count, low, high, opening, sight, resets, doubts, is_unborn = row
    return Count(count, low, high, opening, _seen(sight), resets, tuple(doubts), is_unborn)


def _seen(row: list[Any]) -> Seen:
    samples, expected, gaps, resets, dark, interval = row
    return Seen(samples, expected, _spans(gaps), _spans(resets), None if dark is None else _spans(dark), interval)


def _spans(raw: list[list[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((first, last) for first, last in raw)


def _write_accounts(own: dict[str, Account]) -> list[Any]:
    """Every driver of a tenant; the windows, which all share, stand once."""
    spans = next(iter(own.values())).spends.keys()
    return [
        list(spans),
        [
            [driver, one.first, one.last, one.interval, [_SPEND(one.spends[span]) for span in spans], list(one.hours)]
            for driver, one in own.items()
        ],
    ]


def _read_accounts(raw: list[Any]) -> dict[str, Account]:
    spans = _spans(raw[0])
    return {
        driver: Account(first, last, interval, dict(zip(spans, map(_spend, spends), strict=True)), array("q", hours))
        for driver, first, last, interval, spends, hours in raw[1]
    }


def _spend(row: list[Any]) -> Spend:
    cents, low, high, quality, opening, samples, expected, resets, reasons = row
    return Spend(cents, low, high, _QUALITIES[quality], opening, samples, expected, resets, tuple(reasons))


def _write_steps(own: dict[str, array[int]]) -> dict[str, list[int]]:
    return {label: list(readings) for label, readings in own.items()}


def _read_steps(raw: dict[str, list[int]]) -> dict[str, array[int]]:
    return {label: array("q", readings) for label, readings in raw.items()}


_WRITE: dict[str, Callable[[Any], Any]] = {
    "counts": _write_counts, "seen": _SEEN, "accounts": _write_accounts, "steps": _write_steps,
}  # fmt: skip
_READ: dict[str, Callable[[Any], Any]] = {
    "counts": _read_counts, "seen": _seen, "accounts": _read_accounts, "steps": _read_steps,
}  # fmt: skip
