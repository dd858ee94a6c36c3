"""Two configuration states are compared by content, whatever their hashes claim and their paths are called."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcreports.evidence import read
from mcreports.evidence.configuration import Drift, gather
from mcreports.evidence.configuration.state import attest, value_hash
from mcreports.evidence.keys import Keyring

NOW = datetime(2025, 11, 1, 9, tzinfo=UTC)
START, END = datetime(2025, 10, 25, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC)
BASELINE, CURRENT = "config/config-baseline.json", "config/config-current.json"
HOSTILE = [
    "../../etc/passwd",
    "=cmd|'/c calc'!A0",
    "a\nb",
    "\ud800",
    "\\ud800",
    "",
    "CON",
    "<script>",
    "\u202egpj",
    "a:b",
]
KINDS = ("changed", "added", "removed")

paths = st.sampled_from(HOSTILE) | st.text(max_size=6) | st.text(st.characters(categories=["Cs", "Cc"]), max_size=3)
contents = st.text(max_size=3) | st.sampled_from(["\ud800", "\\ud800", "x\n", "x", "x:x"])
configs = st.dictionaries(paths, contents, max_size=6)


def put(root: Path, before: dict[str, Any], after: dict[str, Any], **claimed: Any) -> Drift:
    """What is found where these are the two states, the second of which claims something."""
    (root / "config").mkdir(parents=True, exist_ok=True)
    (root / BASELINE).write_text(json.dumps(attest(before, NOW)))
    (root / CURRENT).write_text(json.dumps({**attest(after, NOW), **claimed}))
    return gather(root, Keyring(), NOW)


def naive(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str]]:
    """What differs, found the slow way."""
    told = [("changed", path) for path in before if path in after and before[path] != after[path]]
    told += [("added", path) for path in after if path not in before]
    told += [("removed", path) for path in before if path not in after]
    return sorted(told, key=lambda one: (KINDS.index(one[0]), one[1]))


def false(drift: Drift) -> list[tuple[object, object]]:
    return [(row["field"], row["recomputed"]) for name, row in drift.rows() if name == "claims" and not row["holds"]]


@settings(max_examples=60)
@given(configs, configs)
def test_the_comparison_is_that_of_a_naive_loop(before: dict[str, str], after: dict[str, str]) -> None:
    # two halves of a character become one on their way through JSON
    before, after = json.loads(json.dumps([before, after]))
    with TemporaryDirectory() as folder:
        drift = put(Path(folder), before, after)
        assert [(one.change.kind, one.change.path) for one in drift.changes] == naive(before, after)
        assert drift.faults == ()
        # every claim holds, but for a hash that cannot tell the two states apart
        same = drift.states["baseline"].recomputed == drift.states["current"].recomputed
        assert bool(false(drift)) == (same and before != after)


@pytest.mark.parametrize(
    ("claimed", "field", "told"),
    [
        ({"config_hash": "0" * 64}, "config_hash", ""),
        ({"files": ["a"]}, "files", "not listed: b"),
        ({"files": ["a", "b", "c"]}, "files", "listed but not there: c"),
        ({"files": ["a", "a", "b"]}, "files", "listed twice: a"),
    ],
    ids=["hash", "hidden", "invented", "twice"],
)
def test_a_claim_that_its_contents_contradict_is_named(tmp_path: Path, claimed: Any, field: str, told: str) -> None:
    ((named, recomputed),) = false(put(tmp_path, {"a": "1", "b": "2"}, {"a": "1", "b": "2"}, **claimed))
    assert named == field
    assert told in str(recomputed)


def test_contents_that_differ_under_the_same_hash_differ_and_are_named(tmp_path: Path) -> None:
    drift = put(tmp_path, {"a": "1", "b": "2"}, {"a": "1b:2"})
    assert [(one.change.kind, one.change.path) for one in drift.changes] == [("changed", "a"), ("removed", "b")]
    assert false(drift) == [("config_hash", "2 contents differ under the same hash")]


values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 1.0]) | contents | st.sampled_from("51"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=3,
)


def typed(value: Any) -> Any:
    """A value whose equality knows of types, and of nothing else."""
    if isinstance(value, dict):
        return {key: typed(inner) for key, inner in value.items()}
    return [typed(inner) for inner in value] if isinstance(value, list) else (type(value).__name__, value)


@settings(max_examples=300)
@given(values, values)
def test_contents_have_one_hash_exactly_if_they_are_the_same_to_json(one: Any, other: Any) -> None:
    one, other = json.loads(json.dumps([one, other]))
    assert (value_hash(one) == value_hash(other)) == (typed(one) == typed(other))


@pytest.mark.parametrize(
    ("before", "after"), [(5, "5"), (True, "True"), (None, "None"), (1, 1.0), ({"a": 1}, "{'a': 1}")]
)
def test_a_content_of_another_type_is_another_content(tmp_path: Path, before: Any, after: Any) -> None:
    drift = put(tmp_path, {"limits": before}, {"limits": after})
    assert [one.change.kind for one in drift.changes] == ["changed"]


def test_another_order_of_keys_is_no_change_and_the_platforms_hash_stays_its_own(tmp_path: Path) -> None:
    drift = put(tmp_path, {"limits": {"a": 1, "b": 2}}, {"limits": {"b": 2, "a": 1}})
    assert (drift.changes, false(drift)) == ((), [])


def test_equal_contents_under_different_hashes_do_not_differ_and_the_false_hash_is_named(tmp_path: Path) -> None:
    drift = put(tmp_path, {"a": "1"}, {"a": "1"}, config_hash="f" * 64)
    assert drift.changes == ()
    assert [field for field, _ in false(drift)] == ["config_hash"]


@pytest.mark.parametrize(
    ("body", "field", "text"),
    [
        (b"{", "", "is cut off"),
        ({}, "files", "is missing"),
        ({"files": [], "configs": {}, "config_hash": 1, "timestamp": "2025-11-01"}, "config_hash", "not text"),
        ({"files": [], "configs": "password: hunter2", "config_hash": ""}, "configs", "(masked)"),
        ({"files": [], "configs": {}, "config_hash": "", "timestamp": "soon"}, "timestamp", "not an instant"),
    ],
)
def test_a_state_that_cannot_be_read_is_named_by_file_and_field(shelf: Any, body: Any, field: str, text: str) -> None:
    put(shelf.root, {"a": "1"}, {"a": "1"})
    shelf.put(CURRENT, body)
    ((_, row),) = gather(shelf.root, Keyring(), NOW).faults
    assert (row["file"], row["field"]) == (CURRENT, field)
    assert text in str(row["text"])
    assert "hunter2" not in str(row)


def test_paths_that_tables_write_alike_are_not_taken_for_each_other(tmp_path: Path) -> None:
    put(tmp_path, {"\ud800": "1", "\\ud800": "2"}, {"\ud800": "9", "\\ud800": "2"})
    assert list(read(tmp_path, (START, END))["config_changes"]["change"]) == ["changed"]


def test_a_state_without_any_file_is_a_state(tmp_path: Path) -> None:
    drift = put(tmp_path, {"a": "1"}, {})
    assert [one.change.kind for one in drift.changes] == ["removed"]
    assert read(tmp_path, (START, END))["files"]["ts"].notna().all()
