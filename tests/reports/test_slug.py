from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.reports.slug import slug

HOSTILE = [
    "",
    ".",
    "..",
    "CON",
    "con",
    "Con.",
    "NUL",
    "a",
    "A",
    "\u00e9",
    "e\u0301",
    "../x",
    "/etc/passwd",
    "..%2f",
    "x" * 300,
    "x" * 301,
    "\ud800",
    "\udcff",
    "\ud83d\ude00",
    "😀",
    "\u202egnp",
    "a\u200bb",
    "ab",
    "\x00",
    "a\r\nb",
    "=cmd|'/c calc'!A0",
    "<script>",
    "NA",
    "null",
    "None",
    "007",
    "7",
    "1e5",
    "-1",
    "O'Brien",
    ".*",
    "\\",
    "ẞ",
    "ss",
    "ﬁ",
    "fi",
]
names = st.text(st.characters(codec=None), max_size=40)


def test_hostile_names_have_a_directory_each() -> None:
    assert len({slug(name) for name in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_makes_a_harmless_directory(name: str) -> None:
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug(name))
    assert 20 <= len(slug(name)) <= 64


@given(st.lists(names, min_size=1, max_size=6))
def test_any_names_make_a_harmless_directory(tenants: list[str]) -> None:
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug(*tenants))
    assert slug(*tenants) == slug(*reversed(tenants), tenants[0])


@given(st.frozensets(names, max_size=4), st.frozensets(names, max_size=4))
def test_two_sets_of_names_never_share_a_directory(one: frozenset[str], two: frozenset[str]) -> None:
    assert (slug(*one) == slug(*two)) == (one == two)


def test_the_name_can_still_be_read() -> None:
    assert slug("TENANT_001").startswith("tenant-001-")
    assert slug("TENANT_001", "TENANT_002").startswith("tenant-001-and-1-more-")
