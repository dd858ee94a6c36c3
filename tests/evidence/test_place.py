"""A file is put whole or not at all, never through a link, and what a crash left behind is swept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mcreports.errors import EvidenceError
from mcreports.evidence.place import put, read


def test_a_file_is_put_and_put_again(tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        assert put(tmp_path / "a/b", "c.json", content).read_bytes() == content
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["c.json"]


def test_a_file_that_is_written_once_stays_as_it_is(tmp_path: Path) -> None:
    put(tmp_path, "c.json", b"one", once=True)
    with pytest.raises(EvidenceError, match="is there already and is not written again"):
        put(tmp_path, "c.json", b"two", once=True)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"one"]


def test_a_link_is_replaced_or_refused_and_never_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"mine")
    (tmp_path / "c.json").symlink_to("victim")
    with pytest.raises(EvidenceError, match="there already"):
        put(tmp_path, "c.json", b"two", once=True)
    put(tmp_path, "c.json", b"two")
    assert (tmp_path / "victim").read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "..", ".hidden", "/x", "a\0b"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(EvidenceError, match="no name of a file"):
        put(tmp_path / "in", name, b"x")
    assert list(tmp_path.iterdir()) == []


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for directory in (tmp_path / "file", tmp_path / "file/below"):
        with pytest.raises(EvidenceError, match="file: cannot be written: Not a directory"):
            put(directory, "c.json", b"x")


def test_leftovers_of_writers_that_died_long_ago_are_swept_and_younger_ones_stay(tmp_path: Path) -> None:
    old, young, other = (tmp_path / name for name in (".c.json.00000000", ".c.json.11111111", ".d.json.00000000"))
    for path in (old, young, other):
        path.write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (1, 1))
    put(tmp_path, "c.json", b"x")
    assert not old.exists()
    assert young.exists()
    assert other.exists()


def test_only_regular_files_of_a_known_size_are_read(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("c")
    os.mkfifo(tmp_path / "pipe")
    assert read(tmp_path / "c", 5) == read(tmp_path / "link", 5) == b"12345"
    with pytest.raises(EvidenceError, match="link: cannot be read"):
        read(tmp_path / "link", 5, follow=False)
    for name, most, said in (("c", 4, "larger"), ("pipe", 5, "not a regular file"), ("none", 5, "No such file")):
        with pytest.raises(EvidenceError, match=said):
            read(tmp_path / name, most)
