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
    derived = _derived(figure_id, "difference", (after, before))
    if one is None or two is None:
        return derived
    bounds = None
    if after.bounds or before.bounds:
        (low, high), (less, more) = ends(after), ends(before)
        bounds = (_typed(_minus(low, more), after), _typed(_minus(high, less), after))
    return replace(derived, value=_typed(one - two, after), bounds=bounds, quality=_known((after, before)))


def share(figure_id: str, part: Figure, whole: Figure, unit: str = "%") -> Figure:
    """``part`` as a percentage of ``whole``, with the widest bounds that both allow; unknown where the whole is 0."""
    exact = ratio(part, whole)
    derived = replace(_derived(figure_id, "share", (part, whole)), unit=unit)
    if exact is None:
        is_empty = part.value is not None and number(whole.value) == 0
        return replace(derived, reason="its reference is 0") if is_empty else derived
    bounds = None
    if part.bounds or whole.bounds:
        (low, high), (least, most) = ends(part), ends(whole)
        least = least or Fraction(0)
        bounds = (_percent(low, most, least), _percent(high, least, most))
    return replace(derived, value=float(exact), bounds=bounds, quality=_known((part, whole)))


def _percent(end: Fraction | None, rising: Fraction | None, falling: Fraction | None) -> float | None:
    """An end of a part by the end of its whole that is furthest off: one for what is over 0, one for what is below."""
    if end is None:
        return None
    whole = rising if end > 0 else falling
    if whole is None or end == 0:
        return 0.0  # a whole without a top makes its share as small as can be
    return float(100 * end / whole) if whole > 0 else None


def ratio(part: Figure, whole: Figure) -> Fraction | None:
    """``part / whole`` exactly, in percent, for a check."""
    one, two = number(part.value), number(whole.value)
    return None if one is None or two is None or two == 0 else 100 * one / two


def ends(figure: Figure) -> tuple[Fraction | None, Fraction | None]:
    """The bounds of a figure as exact numbers, None where there is no known end; its value where it has none."""
    low, high = figure.bounds or (figure.value, figure.value)
    return number(low), number(high)


def _minus(one: Fraction | None, two: Fraction | None) -> Fraction | None:
    return None if one is None or two is None else one - two


def _typed(value: Fraction | None, like: Figure) -> Value:
    if value is None:
        return None
    return money(value) if like.unit == "USD" else float(value)


def _known(parts: tuple[Figure, Figure]) -> Quality:
    return Quality.ACTUAL if quality(parts) is Quality.ACTUAL else Quality.ESTIMATED


def _derived(figure_id: str, method: str, parts: tuple[Figure, Figure]) -> Figure:
    """A figure made of two others, its value not yet known."""
    first, second = parts
    reasons = dict.fromkeys(reason for part in parts for reason in part.reason.split("; ") if reason)
    return replace(
        first, id=figure_id, value=None, bounds=None, quality=Quality.UNKNOWN,
        query=first.query if first.query == second.query else f"{first.query} ; {second.query}",
        method=f"{method}({first.id}, {second.id})", reason="; ".join(reasons),
    )  # fmt: skip
