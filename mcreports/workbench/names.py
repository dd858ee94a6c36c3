"""Names that a notebook completes: as attributes where Python allows it, else by their text or their number."""

from __future__ import annotations

import difflib
import keyword
from typing import TYPE_CHECKING

from mcreports.errors import UsageError
from mcreports.names import several
from mcreports.view.markup import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_CLOSE = 3


class Names:
    """A few names in order; each is the text that a question takes.

    >>> tenants = Names("tenant", {"A": "A", "x y": "x y"})
    >>> tenants.A, tenants["x y"], tenants[1]
    ('A', 'x y', 'x y')
    """

    def __init__(self, what: str, known: Mapping[str, str]) -> None:
        """What each of them is, and the names by what they are completed as."""
        self._what = what
        self._known = dict(known)

    def __getattr__(self, name: str) -> str:
        """The name that is written like an attribute."""
        known: dict[str, str] = self.__dict__.get("_known", {})  # a copy that is being made has none yet
        if name.startswith("_") or name not in known:
            raise AttributeError(self._unknown(name) if known else name)
        return known[name]

    def __getitem__(self, name: str | int) -> str:
        """The name of this text, or at this place: a name that is no word of Python has its place."""
        every = tuple(self._known.values())
        if isinstance(name, int):
            if not -len(every) <= name < len(every):
                msg = f"there are {len(every)} {self._what}s; the last is number {len(every) - 1}"
                raise UsageError(msg)
            return every[name]
        if not isinstance(name, str):
            msg = f"a {self._what} is asked for by its name, one at a time; {type(name).__name__} is none"
            raise UsageError(msg)
        if name in self._known:
            return self._known[name]
        if name in every:
            return name
        raise UsageError(self._unknown(name))

    def __iter__(self) -> Iterator[str]:
        """Each name, in order."""
        return iter(self._known.values())

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._known)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a name."""
        return name in self._known.values()

    def __dir__(self) -> list[str]:
        """The names that can be written like an attribute."""
        return [name for name in self._known if _is_word(name)]

    def _ipython_key_completions_(self) -> list[str]:
        return list(dict.fromkeys(self._known.values()))

    def __repr__(self) -> str:
        """The names, each with its place."""
        return "\n".join(f"{place:>4}  {in_line(name)}" for place, name in enumerate(self)) or f"no {self._what}"

    def _unknown(self, name: str) -> str:
        every = list(self._known.values())
        close = difflib.get_close_matches(name, every, MOST_CLOSE, cutoff=0.5)
        said = f"did you mean {' or '.join(close)}?" if close else f"there are {several(every) or 'none'}"
        return in_line(f"no {self._what} is called {name!r}; {said}")


def in_line(text: str) -> str:
    """Text of which every character can be seen, and which is one line."""
    return visible(text).replace("\t", "␉").replace("\n", "␊")


def _is_word(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("_")
