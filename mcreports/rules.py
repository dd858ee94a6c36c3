"""The thresholds of every check, and the one function that holds a value against them."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from mcreports.checks import Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Op = Literal["<", "<=", ">="]
Number = Fraction | Decimal | int | float

_OPS: dict[str, Callable[[Fraction, Fraction], bool]] = {"<": operator.lt, "<=": operator.le, ">=": operator.ge}
MOST_DIGITS = 60
WHOLE = frozenset({"events", "changes", "validations", "connections", "ranges"})


@dataclass(frozen=True)
class Rule:
    """A value passes while ``value op warn`` holds, and fails once ``value op fail`` no longer does.

    ``least_usd`` is for forecasts: how much money an overrun must be to count at all.
    """

    op: Op
    fail: Decimal
    warn: Decimal | None = None
    unit: str = "%"
    least_usd: Decimal | None = None

    def status(self, value: Number) -> Status:
        """Which side of the thresholds the unrounded value is on."""
        holds, exact = _OPS[self.op], Fraction(value)
        if not holds(exact, Fraction(self.fail)):
            return Status.FAIL
        return Status.PASS if self.warn is None or holds(exact, Fraction(self.warn)) else Status.WARN


def _rule(op: Op, fail: str, warn: str | None = None, unit: str = "%", least: str | None = None) -> Rule:
    return Rule(op, Decimal(fail), (warn and Decimal(warn)) or None, unit, (least and Decimal(least)) or None)


RULES: dict[str, Rule] = {
    "budget.utilization.daily": _rule("<", "90", "80"),
    "budget.utilization.monthly": _rule("<", "90", "80"),
    "budget.forecast": _rule("<", "10", "5", least="500"),
    "budget.burn_rate": _rule("<=", "1.5", "1.2", "x"),
    "autonomy.success_rate": _rule(">=", "99.9"),
    "autonomy.compensation_rate": _rule("<=", "0.5"),
    "autonomy.policy_violations": _rule("<=", "0", unit="events"),
    "autonomy.residency_violations": _rule("<=", "0", unit="events"),
    "grounding.pass_rate": _rule(">=", "95"),
    "platform.replication_lag_p95": _rule("<", "120", "60", "s"),
    "platform.graphql_p95": _rule("<", "350", "250", "ms"),
    "config.drift": _rule("<=", "0", unit="changes"),
    "evidence.compliance": _rule(">=", "100"),
    "readiness": _rule(">=", "12", unit="validations"),
    "data.coverage": _rule(">=", "95", "99"),
}


@dataclass(frozen=True)
class Subject:
    """What a check is about: whose, resting on which figures, over how many events."""

    tenant: str | None
    figures: tuple[str, ...] = ()
    n: int | None = None
    labels: tuple[tuple[str, str], ...] = ()


def judge(check: str, rule: Rule, value: Number | None, subject: Subject, doubt: str = "") -> Verdict:
    """The verdict on a value: unknown without one, and never a pass while there is a doubt.

    ``doubt`` says why the value may not be the whole truth (stale, partial, too thin): it turns a
    pass or a warning into unknown, while a failure stays one.

    >>> verdict = judge("grounding.pass_rate", RULES["grounding.pass_rate"], Fraction(9486, 100), Subject(None))
    >>> verdict.status.value, verdict.value, verdict.gap
    ('fail', '94.9', 'short by 0.1 pp')
    """
    if value is None:
        target = rule.fail if rule.warn is None else rule.warn
        return Verdict(
            check, subject.tenant, Status.UNKNOWN, None, f"{target:f}", rule.op, rule.unit,
            doubt or "no data", subject.figures, subject.n, None, subject.labels,
        )  # fmt: skip
    status = rule.status(value)
    target = rule.fail if rule.warn is None or status is Status.FAIL else rule.warn
    printed, gap = _print(Fraction(value), rule, target, least_places(check, rule.unit))
    reason = "" if status is Status.PASS else f"{_sized(printed, rule)} is not {rule.op} {_sized(f'{target:f}', rule)}"
    if doubt and status is not Status.FAIL:
        status = Status.UNKNOWN
    reason = "; ".join(filter(None, [reason, doubt]))
    return Verdict(
        check, subject.tenant, status, printed, f"{target:f}", rule.op, rule.unit,
        reason, subject.figures, subject.n, gap, subject.labels,
    )  # fmt: skip


def least_places(check: str, unit: str) -> int:
    """How many places the values of a check are printed with at least: one more than its targets, in percent.

    >>> least_places("autonomy.success_rate", "%"), least_places("grounding.pass_rate", "%")
    (2, 1)
    """
    if unit in WHOLE:
        return 0
    rule = RULES.get(check)
    marks = () if rule is None or unit != "%" else (rule.warn, rule.fail)
    exact = [len(f"{mark:f}".partition(".")[2]) + 1 for mark in marks if mark is not None and mark % 1]
    return max([2 if unit == "x" else 1, *exact])


def _print(value: Fraction, rule: Rule, target: Decimal, least: int) -> tuple[str, str | None]:
    """The value with just enough digits to stay on its side of every threshold, and its distance."""
    marks = [Fraction(mark) for mark in (rule.warn, rule.fail) if mark is not None]
    # nothing but all of it prints as 100 %, and nothing but none of it as 0
    marks += [Fraction(0), Fraction(100)] if rule.unit == "%" else [Fraction(0)]
    printed = digits(_as_float(value, marks), marks, least)
    return printed, _gap(value, rule, target, len(printed.partition(".")[2]))


def _as_float(value: Fraction, marks: Sequence[Fraction]) -> Fraction:
    """The float beside a value, as its figure carries it, so that both print alike; itself if a mark lies between."""
    near = Fraction(float(value))
    return near if all(_side(near, mark) == _side(value, mark) for mark in marks) else value


def digits(value: Fraction, marks: Sequence[Fraction], least: int = 1) -> str:
    """The value rounded to as few places as keep it above, below or at each mark.

    >>> digits(Fraction("99.86"), [Fraction("99.9")]), digits(Fraction("99.93"), [Fraction("99.9")], 2)
    ('99.86', '99.93')
    """
    for places in range(least, MOST_DIGITS + 1):
        text = _fixed(value, places)
        if all(_side(Fraction(text), mark) == _side(value, mark) for mark in marks):
            return text
    return _fixed(value, MOST_DIGITS)


def _side(value: Fraction, mark: Fraction) -> int:
    return (value > mark) - (value < mark)


def _fixed(value: Fraction, places: int) -> str:
    scaled = round(value * 10**places)
    return f"{Decimal(scaled).scaleb(-places):f}"


def _gap(value: Fraction, rule: Rule, target: Decimal, places: int) -> str | None:
    distance = value - Fraction(target)
    if not distance:
        return None if rule.unit in WHOLE else "at the limit"
    size = _sized(digits(abs(distance), [Fraction(0)], places), rule, "pp" if rule.unit == "%" else "")
    return f"{'over' if distance > 0 else 'short' if rule.op == '>=' else 'under'} by {size}"


def _sized(text: str, rule: Rule, unit: str = "") -> str:
    """A printed number with its unit, in the singular where it is one."""
    if rule.unit == "x":
        return f"{text}\N{MULTIPLICATION SIGN}"
    one = rule.unit in WHOLE and text == "1"
    return f"{text} {unit or (rule.unit.removesuffix('s') if one else rule.unit)}"
