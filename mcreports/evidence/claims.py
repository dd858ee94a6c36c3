"""Claims: what a file says of itself, against what its own details give."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.evidence.fields import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mcreports.evidence.files import Document, Place
    from mcreports.evidence.tables import Row

Found = tuple[str, "Row"]  # the name of a table, and a row of it

Contradiction = tuple[str, object, object]  # the field, what it claims, what its details give

MOST = 20  # more faults or contradictions of one kind in one file are only counted
SHARE, PERCENT = Fraction(5, 10_000), Fraction(5, 100)  # no rounding may be coarser
NOISE = Fraction(1, 10**9)  # what adding up floats in another order may change


def fault(place: Place, field: str, text: str, kind: str = "") -> Found:
    """Something in a file that cannot be used."""
    return "faults", {"file": place.name, "kind": kind or place.kind, "field": field, "text": text}


def claim(place: Place, field: str, claimed: object, recomputed: object, *, holds: bool | None = None) -> Found:
    """A claim that holds if it equals what was recomputed, unless ``holds`` knows better."""
    return "claims", {
        "file": place.name,
        "kind": place.kind,
        "field": field,
        "claimed": claimed if isinstance(claimed, str) else shown(claimed),
        "recomputed": recomputed if isinstance(recomputed, str) else shown(recomputed),
        "holds": claimed == recomputed if holds is None else holds,
    }


def file_row(place: Place, document: Document | None = None, times: Sequence[int] = ()) -> Found:
    """A file that was read, or could not be, and the instants that it speaks of."""
    return "files", {
        "file": place.name,
        "kind": place.kind,
        "tenant": place.tenant,
        "since": min(times, default=None),
        "ts": max(times, default=None),
        "sha256": "" if document is None else document.sha256,
        "size": 0 if document is None else document.size,
    }


def agrees(
    claimed: float, exact: Fraction, most: Fraction = SHARE, passes: Callable[[Fraction], bool] | None = None
) -> bool:
    """Whether a number is the exact one, or its rounding to the places it has, and passes only if that one does.

    >>> agrees(0.949, Fraction(9486, 10000)), agrees(0.95, Fraction(9486, 10000), SHARE, lambda rate: rate >= 0.95)
    (True, False)
    """
    said = Fraction(repr(float(claimed)))
    apart = abs(said - exact)
    if apart <= NOISE * max(Fraction(1), abs(exact)):
        return True
    exponent = Decimal(repr(float(claimed))).as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    rounded = apart <= min(Fraction(1, 2 * 10 ** max(places, 0)), most)
    return rounded and (passes is None or passes(said) == passes(exact))


def several(place: Place, field: str, total: int, contradictions: Sequence[Contradiction]) -> Iterator[Found]:
    """One claim made by many rows: a row for each contradiction, or one that says that all of them hold."""
    for path, claimed, recomputed in contradictions[:MOST]:
        yield claim(place, path, claimed, recomputed, holds=False)
    if len(contradictions) > MOST:
        yield claim(place, field, f"{total} rows", f"{len(contradictions)} contradict their details", holds=False)
    if total and not contradictions:
        yield claim(place, field, f"{total} rows", f"{total} rows")


def some(faults: Sequence[Found]) -> Iterator[Found]:
    """The first faults of a file, and how many more there are."""
    yield from faults[:MOST]
    if len(faults) > MOST:
        name, row = faults[MOST]
        yield name, {**row, "field": "", "text": f"and {len(faults) - MOST} more rows like that"}
