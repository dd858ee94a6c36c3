"""What a page may hold: the elements and attributes that our own views use, and nothing that runs or loads."""

from __future__ import annotations

import re
from functools import cache

import nh3

_TEXT = "a abbr b bdi blockquote br code data dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i"
_MORE = "kbd li ol p pre s section small span strong sub summary sup time ul"
_TABLE = "caption col colgroup table tbody td tfoot th thead tr"
_SVG = "circle desc g line path polygon rect svg text title tspan"
TAGS = frozenset(f"{_TEXT} {_MORE} {_TABLE} {_SVG}".split())

_EVERY = "aria-label aria-hidden class data-figure data-reconciliation data-status data-verdict role title"
_SHAPE = "fill fill-opacity stroke stroke-width vector-effect"
_OWN = {
    "a": "href",
    "circle": f"cx cy r {_SHAPE}",
    "col": "span",
    "colgroup": "span",
    "data": "value",
    "details": "open",
    "div": "tabindex",
    "line": f"x1 y1 x2 y2 {_SHAPE}",
    "ol": "start",
    "path": f"d {_SHAPE}",
    "polygon": f"points {_SHAPE}",
    "rect": f"x y width height {_SHAPE}",
    "svg": "font-family font-size height overflow preserveAspectRatio viewBox width x y",
    "td": "colspan rowspan",
    "text": f"dx dy text-anchor x y {_SHAPE}",
    "th": "colspan rowspan scope",
    "time": "datetime",
    "tspan": f"dx dy x y {_SHAPE}",
}
ATTRIBUTES = {"*": set(_EVERY.split())} | {tag: set(names.split()) for tag, names in _OWN.items()}
_OUTSIDE = re.compile(r"url\s*\(|[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_TELLING = frozenset({"aria-label", "title", "value", *(name for name in _EVERY.split() if name.startswith("data-"))})


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        clean_content_tags={"script", "style", "iframe", "object", "template", "noscript", "math"},
        url_schemes=set(),
        link_rel=None,
    )


def sanitise(fragment: str) -> str:
    """The fragment without anything that runs, loads, styles or leads to another address.

    >>> sanitise('<p onclick="x()">a <img src=x onerror=y()><script>z()</script></p>')
    '<p>a </p>'
    """
    return _cleaner().clean(fragment)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "a" and name == "href":
        return None if _OUTSIDE.search(value) or "\\" in value or value.startswith("/") else value
    if name in _TELLING:
        return value
    return None if _OUTSIDE.search(value) else value
