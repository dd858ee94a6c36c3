"""Budget summaries and configuration states: flat files whose sums and hashes are taken again."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.checks import Status
from mcreports.evidence import fields
from mcreports.evidence.claims import PERCENT, Contradiction, Found, agrees, claim, several
from mcreports.evidence.fields import FieldError
from mcreports.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.evidence.files import Document, Place

WORDS = {
    Status.PASS: {"ok", "healthy", "normal", "good", "pass", "under", "within"},
    Status.WARN: {"warn", "warning", "watch"},
    Status.FAIL: {"critical", "fail", "over", "exceeded"},
}


def read_budgets(document: Document, tenants: Sequence[str]) -> Iterator[Found]:
    """Each tenant's utilisation and status, and the aggregate against them."""
    body, place = fields.record(document.body, ""), document.place
    at = fields.moment(body, "timestamp")
    rows = {}
    for name, own in fields.record(body, "tenants").items():
        try:
            rows[name] = fields.number(own, "utilization"), fields.text(own, "status")
        except FieldError as error:
            raise FieldError(f"tenants.{_named(name, tenants)}.{error.field}", error.text) from error
    average, critical = fields.number(body, "aggregate.avg_utilization"), fields.whole(body, "aggregate.critical_count")
    used = [Fraction(repr(utilization)) for utilization, _ in rows.values()]
    if used:
        mean = sum(used, Fraction()) / len(used)
        yield claim(place, "aggregate.avg_utilization", average, float(mean), holds=agrees(average, mean, PERCENT))
    words = [_word(said) for _, said in rows.values()]
    if None not in words:
        yield claim(place, "aggregate.critical_count", critical, words.count(Status.FAIL))
    shown = [(_named(name, tenants), utilization, said) for name, (utilization, said) in rows.items()]
    yield from several(place, "tenants[*].status", len(rows), _false_status(shown))
    for name, (utilization, status) in rows.items():
        if not tenants or name in tenants:
            own = {"file": place.name, "tenant": name, "ts": at}
            yield "budgets", {**own, "utilization": utilization, "status": status}


def _named(name: str, tenants: Sequence[str]) -> str:
    """A tenant's name, unless the report is not allowed to know it."""
    return name if not tenants or name in tenants else "*"


def _word(said: str) -> Status | None:
    return next((status for status, words in WORDS.items() if said.lower() in words), None)


def _false_status(rows: Sequence[tuple[str, float, str]]) -> list[Contradiction]:
    """Statuses that their utilisation contradicts, in percent or, if that fits better, as shares."""
    rule = RULES["budget.utilization.daily"]
    readings = []
    for scale in (1, 100):
        false: list[Contradiction] = []
        for name, utilization, said in rows:
            status = rule.status(scale * Fraction(repr(utilization)))
            if _word(said) not in {None, status}:
                false.append((f"tenants.{name}.status", said, f"{utilization!r} is {status}"))
        readings.append(false)
    return min(readings, key=len)


def read_config(document: Document) -> Iterator[Found]:
    """Each configuration file by the hash of its content, and the whole's hash taken again."""
    body, place = fields.record(document.body, ""), document.place
    at, configs = fields.moment(body, "timestamp"), fields.record(body, "configs")
    text = "".join(f"{path}:{content}" for path, content in sorted(configs.items()))
    yield claim(place, "config_hash", fields.text(body, "config_hash"), _hash(text))
    yield from _names(place, body, configs)
    side = place.kind.removeprefix("config-")
    for path, content in sorted(configs.items()):
        yield "config", {"file": place.name, "side": side, "ts": at, "path": path, "content_hash": _hash(f"{content}")}


def _names(place: Place, body: object, configs: dict[str, object]) -> Iterator[Found]:
    files = fields.items(body, "files")
    if all(isinstance(name, str) for name in files):
        listed, held = sorted(str(name) for name in files), sorted(configs)
        yield claim(place, "files", ", ".join(listed), ", ".join(held), holds=listed == held)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
