"""Names as a reader can see them, also those that show nothing by themselves."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

UNALLOCATED = "Unallocated"  # the row of what no driver is named for
MOST_SHOWN = 4
_EMPTY = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a symbol that draw nothing


def called(name: str) -> str:
    r"""The name; a visible stand-in for one that is empty or made of invisible characters alone.

    >>> called("TENANT_001"), called(""), called(" \u200b")
    ('TENANT_001', '(no name)', '(invisible name: U+0020 U+200B)')
    """
    if not name:
        return "(no name)"
    if not all(_is_invisible(character) for character in name):
        return name
    codes = " ".join(f"U+{ord(character):04X}" for character in name[:MOST_SHOWN])
    return f"(invisible name: {codes}{' …' if len(name) > MOST_SHOWN else ''})"


def several(names: Sequence[str], most: int = 12) -> str:
    """Names in a row, of very many the first ones and how many more there are.

    >>> several(["A", "B", "C"]), several(["A", "B", "C", "D"], most=2)
    ('A, B, C', 'A, B and 2 more')
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Zs", "Zl", "Zp", "Cf", "Mn"} or character in _EMPTY
