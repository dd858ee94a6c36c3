"""YAML is read as plain values or not at all: what it can do beyond that is refused by name."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mcreports.evidence.files import BrokenFileError
from mcreports.evidence.strict_yaml import MOST_BYTES, parse

BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (n + 1, n + 1, b",".join([b"*%c" % n] * 9)) for n in range(ord("a"), ord("j"))
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (BOMB, "has an anchor or alias at line 1"),
        (b"a: [1]\nb: *a\n", "has an anchor or alias at line 2"),
        (b"a: 1\nb: {c: 1, c: 2}\n", "has the key 'c' twice in one object, again at line 2"),
        (b"a: 1\n'a': 2\n", "has the key 'a' twice"),
        (b"a: !!python/object/apply:os.system ['true']", "has a tag at line 1"),
        (b"a: !!binary x", "has a tag at line 1"),
        (b"a: 1\n---\nb: 2\n", "has 2 documents; one is read"),
        (b"a: [1, 2", "is not YAML"),
        (b"a: 'cut o", "is not YAML"),
        (b"\tx: 1", "is not YAML"),
        (b"a: \xff", "is not UTF-8: invalid start byte at byte 3"),
        (b"a: \x00", "is not YAML that can be read"),
        (b"a: 2025-13-45", "is not YAML that can be read"),
        (b"? [a]\n: b", "is not YAML: found unhashable key"),
        (b"[" * 100_000, "is nested more than 100 deep at line 1"),
        (b"- " * 100_000, "is nested more than 100 deep at line 1"),
        (b"{a: " * 100_000, "is nested more than 100 deep at line 1"),
        (b"a: 1" + b":1" * 100_000, "has 200001 characters without quotes at line 1"),
        (b"a: " + b"9" * 100_000, "has 100000 characters without quotes at line 1"),
        (b" " * (MOST_BYTES + 1), "is larger than 512 KB"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_at_once_and_by_name(raw: bytes, reason: str) -> None:
    started = time.monotonic()
    with pytest.raises(BrokenFileError) as caught:
        parse(raw)
    assert reason in str(caught.value)
    assert time.monotonic() - started < 2


@given(PLAIN)
def test_plain_values_are_what_yaml_says(value: object) -> None:
    text = yaml.safe_dump(value)
    if "&id" in text:
        return  # safe_dump writes the same list twice as an alias
    assert parse(text.encode()) == yaml.safe_load(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_reason(raw: bytes) -> None:
    with suppress(BrokenFileError):
        parse(raw)
