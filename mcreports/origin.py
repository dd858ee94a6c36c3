"""Where a setting comes from: the environment's variable, or the file and its line."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

PREFIX = "MCREPORTS__"


@dataclass(frozen=True)
class Origin:
    """The settings file, its text, and the variables of the environment that are ours."""

    file: str
    text: str
    variables: tuple[str, ...] = ()

    def of(self, location: tuple[int | str, ...]) -> str:
        r"""The variable that sets a key, else the file and the line.

        >>> Origin("mcreports.toml", "[report]\nzone = 'Mars'").of(("report", "zone"))
        'mcreports.toml, line 2'
        """
        keys = tuple(str(part) for part in location)
        for depth in range(len(keys), 0, -1):
            wanted = PREFIX + "__".join(keys[:depth]).upper()
            for variable in self.variables:
                if variable.upper() == wanted:
                    return variable
        line = _line(self.text, keys)
        return f"{self.file}, line {line}" if line else self.file


def _line(text: str, keys: tuple[str, ...]) -> int:
    """The line on which a key is set, or the table that it is written within; 0 where there is none."""
    table: tuple[str, ...] = ()
    deepest, found = 0, 0
    arrays: list[tuple[str, ...]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        is_table = line.lstrip().startswith("[")
        path = _path(line if is_table else f"{line.partition('=')[0]} = 0")
        if line.lstrip().startswith("[[") and path:
            arrays.append(path)
            path = (*path, str(arrays.count(path) - 1))
        if is_table:
            table = path or table
        elif path:
            path = (*table, *path)
        common = min(len(path), len(keys))
        if common > deepest and path[:common] == keys[:common]:
            deepest, found = common, number
    return found


def _path(line: str) -> tuple[str, ...]:
    """The keys that a line of TOML leads to, one within the other; none where it is no line of its own."""
    try:
        inside: object = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    path = []
    while isinstance(inside, dict) and inside:
        key, inside = next(iter(inside.items()))
        path.append(key)
    return tuple(path)
