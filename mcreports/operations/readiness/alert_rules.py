"""The validation of budget alerts: the server runs every rule of the export, as it is exported, and now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from mcreports.alerting.alerts import alerts
from mcreports.alerting.comparison import normal
from mcreports.alerting.rule_file import prometheus
from mcreports.errors import SourceError
from mcreports.figures import instant_text
from mcreports.operations.readiness.finding import Finding, Piece
from mcreports.sources.http import StrictSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.alerting.wording import Alert
    from mcreports.operations.readiness.grounds import Grounds
    from mcreports.sources.access import Access

PATH = "/api/v1/rules"
LATE = timedelta(minutes=15)  # three times the interval of the slowest group that is exported
NEVER = 2000  # what was never evaluated is of the year 1
Running = dict[str, list[dict[str, Any]]]


def budget_alerts(grounds: Grounds) -> Finding:
    """Every alert of ``export rules`` against the rules that the server evaluates."""
    access = grounds.server
    running, theirs = _running(access)
    now = theirs or grounds.now
    wanted = alerts(grounds.settings, grounds.metrics)
    wrong, doubts, good = [], [], 0
    for alert in wanted:
        faults = list(_faults(alert, running.get(alert.name, []), now))
        good += not faults
        wrong += [f"{alert.name} {text}" for text, is_certain in faults if is_certain]
        doubts += [f"{alert.name} {text}" for text, is_certain in faults if not is_certain]
    told = f"{access.shown} runs all {len(wanted)} alerts of the export, each as it is exported"
    exported = sha256(prometheus(wanted).encode()).hexdigest()
    pieces = (Piece("mcreports export rules", exported, now), Piece(f"{access.shown}{PATH}", "", now))
    return Finding(told, good, len(wanted), tuple(wrong), tuple(doubts), pieces, now)


def _running(access: Access) -> tuple[Running, datetime | None]:
    """The server's alerting rules by name, and its time."""
    with StrictSession(access, "its alerting rules") as session:
        data = session.get(f"{access.url}{PATH}", params={"type": "alert"}).json()["data"]
        theirs = session.server_time
    found: Running = {}
    try:
        for group in data["groups"]:
            for rule in group["rules"]:
                found.setdefault(str(rule["name"]), []).append(dict(rule))
    except (KeyError, TypeError, ValueError) as error:
        msg = f"{access.shown}{PATH} answers with no groups of rules: {type(error).__name__}: {error}"
        raise SourceError(msg) from error
    return found, theirs


def _faults(alert: Alert, rules: list[dict[str, Any]], now: datetime) -> Iterator[tuple[str, bool]]:
    """Why an alert is not run as exported, and whether that is certain."""
    if not rules:
        yield "is not loaded", True
        return
    same = [rule for rule in rules if normal(str(rule.get("query", ""))) == normal(alert.expr)]
    own = next((rule for rule in same if not _differences(alert, rule)), None)
    if not same:
        yield "runs another expression", True
    elif own is None:
        yield f"has {' and '.join(_differences(alert, same[0]))}", True
    else:
        yield from _ailments(own, now)


def _differences(alert: Alert, rule: dict[str, Any]) -> list[str]:
    labels = rule.get("labels")
    theirs = labels if isinstance(labels, dict) else {}
    other = sorted(name for name, value in alert.labels.items() if theirs.get(name) != value)
    found = [f"another label {name}" for name in other]
    return found if rule.get("duration") == _seconds(alert.hold) else [*found, f"another time than {alert.hold}"]


def _ailments(rule: dict[str, Any], now: datetime) -> Iterator[tuple[str, bool]]:
    if rule.get("health") == "err":
        yield f"cannot be evaluated: {str(rule.get('lastError', ''))[:200]}", True
        return
    try:
        last = datetime.fromisoformat(str(rule.get("lastEvaluation")))
        last = last if last.tzinfo else last.replace(tzinfo=UTC)
    except ValueError:
        last = datetime.min.replace(tzinfo=UTC)
    if rule.get("health") != "ok" or last.year < NEVER:
        yield "was not evaluated yet", False
    elif now - last > LATE:
        yield f"was last evaluated at {instant_text(last.astimezone(UTC))}", True


def _seconds(hold: str) -> int:
    return int(hold[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[hold[-1]]
