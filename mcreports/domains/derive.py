"""Figures made of figures: sums, differences and shares that inherit what their parts do not know."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.figures import Figure, Quality, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

CENT = Decimal("0.01")


def number(value: Value) -> Fraction | None:
    """A figure's value as an exact number; None where it has none."""
    return None if value is None or isinstance(value, str) else Fraction(value)


def money(amount: Fraction | Decimal | float | None) -> Decimal | None:
    """An amount of USD rounded to the cent."""
    return None if amount is None else Decimal(round(Fraction(amount) * 100)).scaleb(-2)


def quality(parts: Sequence[Figure]) -> Quality:
    """The least that is known of any part."""
    order = (Quality.ACTUAL, Quality.ESTIMATED, Quality.UNKNOWN)
    return max((part.quality for part in parts), key=order.index)


def difference(figure_id: str, after: Figure, before: Figure) -> Figure:
    """``after - before`` in the same unit, with the widest bounds that both allow."""
    one, two = number(after.value), number(before.value)
    bounds = None
    if one is not None and two is not None and (after.bounds or before.bounds):
        (low, high), (less, more) = _ends(after), _ends(before)
        bounds = (_typed(_minus(low, more), after), _typed(_minus(high, less), after))
    value = None if one is None or two is None else one - two
    return _derived(figure_id, (after, before), _typed(value, after), after.unit, "difference", bounds)


def share(figure_id: str, part: Figure, whole: Figure, unit: str = "%") -> Figure:
    """``part`` as a percentage of ``whole``; unknown where the whole is 0."""
    one, two = number(part.value), number(whole.value)
    if one is None or two is None or two == 0:
        reason = "its reference is 0" if two == 0 else ""
        return replace(_derived(figure_id, (part, whole), None, unit, "share", None), reason=reason)
    bounds = None
    if part.bounds:
        low, high = _ends(part)
        bounds = tuple(None if end is None else float(100 * end / two) for end in (low, high))
    return _derived(figure_id, (part, whole), float(100 * one / two), unit, "share", bounds)


def ratio(part: Figure, whole: Figure) -> Fraction | None:
    """``part / whole`` exactly, in percent, for a check."""
    one, two = number(part.value), number(whole.value)
    return None if one is None or two is None or two == 0 else 100 * one / two


def _ends(figure: Figure) -> tuple[Fraction | None, Fraction | None]:
    low, high = figure.bounds or (figure.value, figure.value)
    return number(low), number(high)


def _minus(one: Fraction | None, two: Fraction | None) -> Fraction | None:
    return None if one is None or two is None else one - two


def _typed(value: Fraction | None, like: Figure) -> Value:
    if value is None:
        return None
    return money(value) if like.unit == "USD" else float(value)


def _derived(
    figure_id: str, parts: tuple[Figure, Figure], value: Value, unit: str, method: str,
    bounds: tuple[Value, ...] | None,
) -> Figure:  # fmt: skip
    first, second = parts
    known = value is not None
    reasons = dict.fromkeys(part.reason for part in parts if part.reason)
    return Figure(
        id=figure_id, tenant=first.tenant, value=value, unit=unit, window=first.window,
        query=first.query if first.query == second.query else f"{first.query} ; {second.query}",
        method=f"{method}({first.id}, {second.id})",
        quality=(Quality.ACTUAL if quality(parts) is Quality.ACTUAL else Quality.ESTIMATED) if known else Quality.UNKNOWN,
        bounds=None if bounds is None else (bounds[0], bounds[1]),
        coverage=first.coverage, samples=first.samples, resets=first.resets, labels=first.labels,
        reason="; ".join(reasons),
    )  # fmt: skip
