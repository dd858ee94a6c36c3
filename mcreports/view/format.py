"""Text for figures: grouped digits, a true minus, and as many places as keep a number honest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from mcreports.figures import Figure, Quality
from mcreports.rules import RULES, digits, least_places
from mcreports.view.words import MINUS, SUFFIX, day_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.figures import Value

Style = Literal["full", "amount", "compact"]
Number = Decimal | int | float

NOT_AVAILABLE = "n/a"
THOUSAND = 1000
_LEAST = {"%": 1, "pp": 1, "s": 1, "ms": 1, "h": 1, "x": 2}


@dataclass(frozen=True)
class Shape:
    """How a figure is printed: with its unit, as the bare amount, or short; with its sign; in so many places."""

    style: Style = "full"
    sign: bool = False
    places: int | None = None
    marks: tuple[Fraction, ...] = ()


FULL = Shape()
SHORT = Shape("compact")


def amount(value: Number | None, places: int = 2, *, sign: bool = False) -> str:
    r"""A number with grouped digits, a true minus, and a plus if asked for.

    >>> ascii([amount(Decimal("-1234.5")), amount(12, 0, sign=True), amount(Decimal("-0.001"), sign=True)])
    "['\\u22121,234.50', '+12', '0.00']"
    """
    if not _finite(value):
        return NOT_AVAILABLE
    text = f"{value:,.{places}f}"
    if not any(digit in text for digit in "123456789"):
        return text.removeprefix("-")
    return ("+" + text if sign and value > 0 else text).replace("-", MINUS)  # type: ignore[operator]


def money(value: Number | None, places: int = 2, *, sign: bool = False) -> str:
    """An amount of USD.

    >>> money(Decimal("1234.56")), money(None)
    ('USD 1,234.56', 'n/a')
    """
    text = amount(value, places, sign=sign)
    return text if text == NOT_AVAILABLE else f"USD {text}"


def compact(value: Number | None, *, sign: bool = False) -> str:
    """A number in thousands, millions or billions once it has more than three digits.

    >>> compact(235265), compact(999_960), compact(Decimal("41.5"))
    ('235.3k', '1.0M', '41.50')
    """
    if not _finite(value):
        return NOT_AVAILABLE
    scaled, steps = float(value), ["", "k", "M", "G"]  # type: ignore[arg-type]
    while abs(round(scaled, 1)) >= THOUSAND and len(steps) > 1:
        scaled, steps = scaled / THOUSAND, steps[1:]
    places = 1 if steps[0] else 0 if isinstance(value, int) else 2
    return amount(scaled, places, sign=sign) + steps[0]


def percent(value: Number | None, marks: Sequence[Fraction] = (), *, sign: bool = False) -> str:
    """A percentage that never rounds onto 0, 100 or a mark that it is not at.

    >>> percent(99.96), percent(5.63, sign=True), percent(None)
    ('99.96 %', '+5.6 %', 'n/a')
    """
    return _measured(value, "%", tuple(marks), sign=sign)


def count(value: Number | None) -> str:
    """A number of things.

    >>> count(18204)
    '18,204'
    """
    whole = value is None or not math.isfinite(value) or value == int(value)
    return amount(value, 0 if whole else 1)


def figure_text(figure: Figure, shape: Shape = FULL) -> str:
    """A figure's value in its unit, rounded onto no threshold that it is not at; ``n/a`` without a value."""
    value, unit = figure.value, figure.unit
    if value is None:
        return NOT_AVAILABLE if figure.quality is Quality.UNKNOWN else "none"
    if isinstance(value, str):
        return value.replace("T", " ").replace("Z", " UTC") if unit == "instant" else day_text(value)
    if unit.startswith("USD"):
        return _money_text(value, shape)
    marks = shape.marks + thresholds(figure.id)
    if unit in SUFFIX:
        least = shape.places if shape.places is not None or figure.id not in RULES else least_places(figure.id, unit)
        return _measured(value, unit, marks, sign=shape.sign, least=least)
    if shape.style == "compact":
        return compact(value, sign=shape.sign)
    text = count(value) if shape.places is None else amount(value, shape.places)
    return "+" + text if shape.sign and value > 0 else text


def thresholds(check: str) -> tuple[Fraction, ...]:
    """What the runbook holds the figure or check of this name against."""
    rule = RULES.get(check)
    return () if rule is None else tuple(Fraction(mark) for mark in (rule.warn, rule.fail) if mark is not None)


def value_text(value: Value, unit: str, shape: Shape = FULL) -> str:
    """A bare value of a unit: a bound, a tick, or a chart's point that is no figure."""
    if value is None or isinstance(value, str):
        return NOT_AVAILABLE if value is None else day_text(value)
    if unit.startswith("USD"):
        return _money_text(value, shape)
    if unit in SUFFIX:
        return _measured(value, unit, shape.marks, sign=shape.sign, least=shape.places)
    return compact(value, sign=shape.sign) if shape.style == "compact" else count(value)


def _money_text(value: Number, shape: Shape) -> str:
    if shape.style == "compact":
        text = compact(value, sign=shape.sign)
    else:
        places = _money_places(value) if shape.places is None else shape.places
        text = amount(value, places, sign=shape.sign)
    return text if shape.style == "amount" or text == NOT_AVAILABLE else f"USD {text}"


def _money_places(value: Number) -> int:
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return max(2, -exponent if isinstance(exponent, int) else 2)
    return 4 if abs(value) < 1 else 2


def _measured(
    value: Number | None, unit: str, marks: tuple[Fraction, ...], *, sign: bool = False, least: int | None = None
) -> str:
    if not _finite(value):
        return NOT_AVAILABLE
    exact = Fraction(value)  # type: ignore[arg-type]
    edges = (*marks, Fraction(0), Fraction(100)) if unit == "%" else (*marks, Fraction(0))
    text = digits(exact, edges, _LEAST[unit] if least is None else least)
    places = len(text.partition(".")[2])
    return amount(Decimal(text), places, sign=sign) + SUFFIX[unit]


def _finite(value: Number | None) -> bool:
    return value is not None and math.isfinite(value)
