"""Whether two PromQL texts say the same: servers write space, strings, numbers and sort labels their own way."""

from __future__ import annotations

import json
import re

_STRING = r'"(?:[^"\\]|\\.)*"'
_TOKEN = re.compile(
    rf"(?P<matchers>\{{(?:[^\"{{}}]|{_STRING})*\}})|(?P<string>{_STRING})|\s+"
    r"|(?<![\w.:])(?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.:])",
    re.DOTALL,
)
_MATCHER = re.compile(rf"\s*([^\s,{{}}\"]+?)\s*([=!~]+)\s*({_STRING})", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_SHORT = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def normal(expression: str) -> str:
    r"""An expression without white space, with sorted matchers, with numbers and strings written one way.

    >>> normal('sum by(a) (b{c="\\u00e9", a!="1"}) > 2e+06') == normal('sum by (a) (b{a!="1",c="é"}) > 2000000')
    True
    """
    return _TOKEN.sub(_plain, expression)


def _plain(token: re.Match[str]) -> str:
    if token["matchers"]:
        pairs = sorted(name + sign + _text(value) for name, sign, value in _MATCHER.findall(token["matchers"]))
        return f"{{{','.join(pairs)}}}"
    if token["string"]:
        return _text(token["string"])
    return repr(float(token["number"])) if token["number"] else ""


def _text(string: str) -> str:
    # written anew, not bare, so that no quote within a string can pass for its end
    return json.dumps(_ESCAPE.sub(_character, string[1:-1]))


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2] or escape[3]
    return chr(int(code, 16)) if code else _SHORT.get(escape[4], escape[4])
