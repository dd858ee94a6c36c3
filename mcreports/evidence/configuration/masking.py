"""Secrets in configuration: a text's lines as they may be shown, without the values that look like secrets.

It would rather hide too much: the rest of the line, what is nested under it, and a value beside its name go, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

MASK = "(masked)"
LONGEST = 2000  # characters of a line that are looked at; nothing beyond them is shown
_SECRET = re.compile(
    r"passw|passphrase|passcode|(?<![a-z])pass(?![a-z_])|(?<![a-z])pwd|secret|token|credential|authorization"
    r"|(?<![a-z])auth(?![a-z])|bearer|cookie|private|signing|signature|salt|(?<![a-z])dsn|webhook"
    r"|connection[_-]?string|keys?(?![a-z])",
    re.IGNORECASE,
)
# the rest of a name and what parts it from its value: YAML, JSON, TOML, properties, environment, XML
_MARK = re.compile(r"""[\w.\-/]*["'\])]*\s*(?::=|=>|[:=>])""")
_FLAG, _SPACE = re.compile(r"--[\w.\-]*$"), re.compile(r"""[\w.\-]*["',]*(?:\s+|$)""")
_VALUE = re.compile(r"""(?<!\w)value(?:s|from)?["']?\s*[:=]""", re.IGNORECASE)
_NAME = re.compile(r"""[\w.\-/"']*$""")
_KUBERNETES = re.compile(r"""^\s*["']?kind["']?\s*:\s*["']?(?:Sealed)?Secret\b""", re.MULTILINE)
_DATA = re.compile(r"""^\s*["']?(?:stringData|encryptedData|data)["']?\s*:""")
_OPENS = re.compile(r"\s*(?P<bracket>[\[{(]?)\s*(?:#.*)?\r?")
_CLOSING = {"[": "]", "{": "}", "(": ")"}
_BEGIN, _END = "-----BEGIN ", "-----END "
# what is a secret wherever it stands
_KNOWN = re.compile(
    r"(?<=://)[^@\s]+(?=@)|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}|\bxox[abeprs]-[\w-]+"
    r"|\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|(?<=Bearer )\S+|(?<=Basic )\S+"
)


@dataclass(frozen=True)
class _Rest:
    """Which of the next lines belong to a secret: up to an end, those further in than a column, dashes at another."""

    until: str = ""
    column: int | None = None
    dashes: int | None = None
    is_continued: bool = False

    def holds(self, line: str) -> bool:
        if self.until or self.is_continued:
            return True
        if self.column is not None and (not line.strip() or _indent(line) > self.column):
            return True
        return self.dashes == _indent(line) and line.lstrip().startswith("-")

    def after(self, line: str) -> _Rest:
        ended = bool(self.until) and self.until in line
        return replace(self, until="" if ended else self.until, is_continued=line.endswith("\\"))


def masked(text: str) -> list[str]:
    r"""The lines of a text, as many as it has, each without its secrets.

    >>> masked("user: bob\npassword: hunter2\npass_rate: 0.95")
    ['user: bob', 'password: (masked)', 'pass_rate: 0.95']
    """
    lines = [line[:LONGEST] for line in text.split("\n")]
    names = [_SECRET.search(line) is not None for line in lines]
    is_kubernetes = _KUBERNETES.search(text) is not None
    shown, rest = [], _Rest()
    for number, line in enumerate(lines):
        if rest.holds(line):
            shown.append(" " * _indent(line) + MASK if line.strip() else line)
            rest = rest.after(line)
            continue
        start = None if _BEGIN in line else _value(line, is_beside=any(names[max(number - 1, 0) : number + 2]))
        if start is None and is_kubernetes and (data := _DATA.match(line)):
            start = data.end()
        shown.append(_shown(line, start))
        rest = _rest(line, start)
    return shown


def _shown(line: str, start: int | None) -> str:
    if _BEGIN in line:
        return MASK
    if start is None:
        return _KNOWN.sub(MASK, line)
    return line if _OPENS.fullmatch(line, start) else f"{line[:start].rstrip()} {MASK}"


def _value(line: str, *, is_beside: bool) -> int | None:
    """Where the value of a secret begins; of one whose name stands on the line before or after, too."""
    for word in _SECRET.finditer(line):
        mark = _MARK.match(line, word.end())
        if mark is None and _FLAG.search(line[: word.start()]):
            mark = _SPACE.match(line, word.end())
        if mark is not None:
            return mark.end()
    beside = _VALUE.search(line) if is_beside else None
    return None if beside is None else beside.end()


def _rest(line: str, start: int | None) -> _Rest:
    if _BEGIN in line:
        return _Rest() if _END in line else _Rest(until=_END)
    if start is None:
        return _Rest()
    value, opened = line[start:], _OPENS.fullmatch(line, start)
    quote = next((quote for quote in ('"""', "'''") if value.count(quote) == 1), "")
    if opened is None:
        # the lines of a scalar are further in than its name, which may stand behind a dash
        name = line[:start].rstrip(" :=>")
        found = _NAME.search(name)
        return _Rest(quote, found.start() if found else _indent(line), None, line.endswith("\\"))
    return _Rest(_CLOSING.get(opened["bracket"], ""), _indent(line), _indent(line))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
