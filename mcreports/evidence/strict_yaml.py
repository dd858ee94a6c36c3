"""Strict YAML: one document of plain values, without what YAML can do beyond that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from mcreports.evidence.files import DEEPEST, BrokenFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, 10 times as fast, where libyaml is
MOST_BYTES = 512 * 1024
MOST_KEY = 80
MOST_UNQUOTED, MOST_DIGITS = 4096, 40  # a long number, in base 60 say, takes minutes to work out and to print
NUMERAL = re.compile(r"[-+]?[0-9a-fA-FxXoO_:.]+")


def parse(raw: bytes) -> object:
    """The one document of a YAML file; a BrokenFileError names what is refused, and the line it is on."""
    documents = parse_all(raw)
    if len(documents) > 1:
        raise BrokenFileError(f"has {len(documents)} documents; one is read")
    return documents[0] if documents else None


def parse_all(raw: bytes) -> list[object]:
    """Every document of a YAML file.

    Anchors and aliases are refused because a few lines of them are gigabytes; so are a key that stands
    twice, a tag, and what is too large or too deep.
    """
    if len(raw) > MOST_BYTES:
        raise BrokenFileError(f"is larger than {MOST_BYTES // 1024} KB, the most that is read of YAML")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenFileError(f"is not UTF-8: {error.reason} at byte {error.start}") from error
    try:
        _refuse(yaml.parse(text, Loader=LOADER))
        loader, documents = LOADER(text), []
        while loader.check_node():
            node = loader.get_node()
            for mapping in _mappings(node):
                _once(mapping)
            documents.append(loader.construct_document(node))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"
        raise BrokenFileError(f"is not YAML: {error.problem}{where}") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise BrokenFileError(f"is not YAML that can be read: {error}") from error
    return documents


def _refuse(events: Iterator[yaml.Event]) -> None:
    """Look at the file piece by piece, before anything is built of it."""
    depth = 0
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 0
        if getattr(event, "anchor", None) is not None:
            raise BrokenFileError(f"has an anchor or alias at line {line}; write the value out")
        if getattr(event, "tag", None) is not None:
            raise BrokenFileError(f"has a tag at line {line}; plain values need none")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent) and event.implicit[0] and _is_long(event.value):
            raise BrokenFileError(f"has {len(event.value)} characters without quotes at line {line}; quote them")
        if depth > DEEPEST:
            raise BrokenFileError(f"is nested more than {DEEPEST} deep at line {line}")


def _is_long(text: str) -> bool:
    return len(text) > (MOST_DIGITS if NUMERAL.fullmatch(text) else MOST_UNQUOTED)


def _mappings(node: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for key, value in node.value:
            yield from _mappings(key)
            yield from _mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _mappings(one)


def _once(mapping: yaml.MappingNode) -> None:
    seen: set[tuple[str, str]] = set()
    for key, _ in mapping.value:
        if isinstance(key, yaml.ScalarNode):
            name = (key.tag, key.value)
            if name in seen:
                line = key.start_mark.line + 1
                raise BrokenFileError(f"has the key {key.value[:MOST_KEY]!r} twice in one object, again at line {line}")
            seen.add(name)
