"""One field of a JSON document at a time: of the right type, or an error that names it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isfinite

from mcreports.errors import EvidenceError
from mcreports.evidence.tables import clean

LARGEST = 10**15
LATEST = 253_370_764_800_000  # the last year of the calendar begins
LONGEST = 80
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class FieldError(EvidenceError):
    """A field that is missing or of the wrong type."""

    def __init__(self, field: str, text: str) -> None:
        """Name the field by its dotted path, and say what is wrong with it."""
        super().__init__(f"{field}: {text}")
        self.field, self.text = field, text


def record(body: object, path: str) -> dict[str, object]:
    """The object at a dotted path; of the document itself for an empty one."""
    found = dig(body, path) if path else body
    if not isinstance(found, dict):
        raise FieldError(path, f"is {shown(found)}, not an object")
    return found


def items(body: object, path: str, most: int | None = None) -> list[object]:
    """The list at a dotted path; of the document itself for an empty one."""
    found = dig(body, path) if path else body
    if not isinstance(found, list):
        raise FieldError(path, f"is {shown(found)}, not a list")
    if most is not None and len(found) > most:
        raise FieldError(path, f"lists {len(found):,}; {most:,} are the most that are read")
    return found


def dig(body: object, path: str) -> object:
    """Whatever is at a dotted path; a FieldError when it is missing."""
    found = body
    for part in path.split("."):
        if not isinstance(found, dict) or part not in found:
            raise FieldError(path, "is missing")
        found = found[part]
    return found


def text(body: object, path: str) -> str:
    """The text at a path."""
    found = dig(body, path)
    if not isinstance(found, str):
        raise FieldError(path, f"is {shown(found)}, not text")
    return found


def optional_text(body: object, path: str) -> str:
    """The text at a path; empty when it is missing or null."""
    try:
        found = dig(body, path)
    except FieldError:
        return ""
    return "" if found is None else text(body, path)


def label(body: object, path: str) -> str:
    """What nothing is judged by, as text whatever its type; empty when it is missing or null.

    >>> label({"tier": 3}, "tier"), label({"tier": None}, "tier"), label({}, "tier")
    ('3', '', '')
    """
    try:
        found = dig(body, path)
    except FieldError:
        return ""
    return found if isinstance(found, str) else "" if found is None else shown(found)


def flag(body: object, path: str) -> bool:
    """The true or false at a path."""
    found = dig(body, path)
    if not isinstance(found, bool):
        raise FieldError(path, f"is {shown(found)}, not true or false")
    return found


def number(body: object, path: str) -> float:
    """The number at a path, not negative."""
    found = dig(body, path)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise FieldError(path, f"is {shown(found)}, not a number")
    if not (isinstance(found, int) or isfinite(found)) or not 0 <= found <= LARGEST:
        raise FieldError(path, f"is {shown(found)}, out of range")
    return float(found)


def whole(body: object, path: str) -> int:
    """The count at a path."""
    found = number(body, path)
    if found != int(found):
        raise FieldError(path, f"is {found!r}, not a whole number")
    return int(found)


def occurrences(body: object, path: str) -> int:
    """How often something occurred: a flag, a count or a list of occurrences."""
    found = dig(body, path)
    if isinstance(found, bool):
        return int(found)
    return len(found) if isinstance(found, list) else whole(body, path)


def moment(body: object, path: str) -> int:
    """The ISO 8601 instant at a path, in milliseconds since 1970; without an offset it is UTC."""
    found = text(body, path)
    try:
        at = datetime.fromisoformat(found)
    except ValueError as error:
        raise FieldError(path, f"is {shown(found)}, not an instant") from error
    since = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - EPOCH) // MILLISECOND
    if not 0 <= since < LATEST:
        raise FieldError(path, f"is {shown(found)}, out of range")
    return since


def instant(at: int) -> datetime:
    """The instant of so many milliseconds since 1970."""
    return EPOCH + at * MILLISECOND


def shown(value: object) -> str:
    """A value for a message: short, and on one line."""
    said = clean(repr(value)) if not isinstance(value, dict | list) else f"{type(value).__name__} of {len(value)}"
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
