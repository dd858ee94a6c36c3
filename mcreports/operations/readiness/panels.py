"""A Grafana dashboard as the queries that it asks, with its variables filled in for all that there is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.evidence import fields
from mcreports.evidence.fields import FieldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mcreports.metrics import Metric

SILENT = frozenset({"row", "text", "dashlist", "news", "alertlist", "annolist"})  # panels that ask nothing
DEEPEST = 5
# a variable as Grafana writes it: $name, ${name}, ${name:format}, [[name]]
_VARIABLE = r"(?:\$[A-Za-z_]\w*|\$\{[A-Za-z_][\w.]*(?::\w+)?\}|\[\[[A-Za-z_]\w*\]\])"
_MATCHER = re.compile(rf'=~?\s*"\^?\(?{_VARIABLE}\)?\$?"')
_SPANS = {"__rate_interval": "15m", "__interval": "1m", "__range": "1d"}
_SPAN = re.compile(rf"\$(?:\{{({'|'.join(_SPANS)})\}}|({'|'.join(_SPANS)})\b)")
# what the runbook's dashboard shows, by the metrics of which each group must be asked for one
THINGS: dict[str, tuple[tuple[str, ...], ...]] = {
    "autonomy success": (("autonomy.operations",),),
    "policy denies": (("policy.decisions",),),
    "cost against budget": (("budget.cost", "budget.cost_today"), ("budget.limit_daily", "budget.limit_monthly")),
    "replication lag p95": (("platform.replication_lag",),),
    "GraphQL latency p95": (("platform.request_duration",),),
}
_NO_CODE = re.compile(r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` | \#.* """, re.VERBOSE)


@dataclass(frozen=True)
class Question:
    """One query of a panel; ``promql`` is empty for a panel that should ask something and does not."""

    panel: str
    promql: str


def questions(body: object) -> list[Question]:
    """Every query of a dashboard; a FieldError for what is none."""
    whole = fields.record(body, "")
    # an API's answer wraps what an export holds
    board = fields.record(whole, "dashboard") if "panels" not in whole and "dashboard" in whole else whole
    return list(_of(fields.items(board, "panels"), "panels", DEEPEST))


def _of(panels: list[object], path: str, depth: int) -> Iterator[Question]:
    if not depth:
        raise FieldError(path, f"holds panels more than {DEEPEST} deep")
    for number, body in enumerate(panels):
        where = f"{path}[{number}]"
        panel = fields.record({"panel": body}, "panel")
        title = str(panel.get("title") or where)
        inner = panel.get("panels")
        if isinstance(inner, list) and inner:
            yield from _of(inner, f"{where}.panels", depth - 1)
        if panel.get("type") in SILENT:
            continue
        targets = panel.get("targets")
        shown = [one for one in targets if isinstance(one, dict)] if isinstance(targets, list) else []
        asked = [one.get("expr") for one in shown if one.get("hide") is not True]
        yield from (Question(title, filled(expr)) for expr in asked or [""] for expr in [str(expr or "")])


def missing(asked: Iterable[Question], metrics: Mapping[str, Metric]) -> Iterator[str]:
    """The things of the runbook that no query asks for, each with the metrics that it would be asked by."""
    words = {word for one in asked for word in re.findall(r"[\w:]+", _NO_CODE.sub(" ", one.promql))}
    for thing, groups in THINGS.items():
        for group in groups:
            names = [metrics[key].name for key in group]
            if not words & {*names}:
                yield f"no panel asks for {thing}: {' or '.join(names)}"


def filled(expr: str) -> str:
    """A query with its variables filled in.

    >>> filled('rate(cost{tenant="$tenant",a!="$1"}[$__rate_interval])')
    'rate(cost{tenant=~".*",a!="$1"}[15m])'
    """
    spanned = _SPAN.sub(lambda found: _SPANS[found[1] or found[2]], expr)
    return _MATCHER.sub('=~".*"', spanned)
