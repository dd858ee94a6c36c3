"""A zip that an enemy made is refused before anything is unpacked, and never more than its limits is read."""

from __future__ import annotations

import io
import stat
import struct
import tracemalloc
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcreports.evidence.bundles import container
from mcreports.evidence.bundles.container import faults_of, members, unsafe
from mcreports.evidence.bundles.examine import examine
from mcreports.evidence.keys import Keyring

SLIPS = [
    "../x", "a/../../x", "/etc/passwd", "//host/x", "C:x", "a/C:/x", r"..\x", r"a\b", "a//b", "./a", "a/.", "a/..",
    "", "a\0.json", "x" * 256, "/".join(["y" * 200] * 6),
]  # fmt: skip


def zipped(*names: Any, content: bytes = b"x") -> bytes:
    """A zip whose members are named, or described by a ZipInfo."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as held, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a name that is there twice
        for name in names:
            held.writestr(name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def named(raw: bytes) -> set[str]:
    return {fault.name for fault in faults_of(raw)}


def info(name: str, **changes: Any) -> zipfile.ZipInfo:
    one = zipfile.ZipInfo(name)
    for key, value in changes.items():
        setattr(one, key, value)
    return one


@pytest.mark.parametrize("name", SLIPS)
def test_a_name_that_leads_elsewhere_is_refused_on_every_system(name: str, tmp_path: Path) -> None:
    raw = zipped("a" * len(name.encode()))
    raw = raw.replace(b"a" * len(name.encode()), name.encode()) if name else zipped("")
    assert unsafe(name)
    assert named(raw) == {"unsafe name"}
    assert examine(raw, Keyring(), tmp_path / "in").faults
    assert list(tmp_path.iterdir()) == []


def test_directories_within_directories_are_fine() -> None:
    assert named(zipped("evidence/autonomy/TENANT_003/x/y/z.json")) == set()


def test_a_member_that_is_there_twice_is_refused() -> None:
    assert named(zipped("a", "b", "a")) == {"duplicate"}


def test_a_file_where_a_directory_must_be_is_refused(tmp_path: Path) -> None:
    found = examine(zipped("a", "a/b"), Keyring(), tmp_path)
    assert [fault.name for fault in found.faults] == ["duplicate"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR])
def test_a_link_or_a_device_is_refused(kind: int) -> None:
    assert named(zipped(info("a", external_attr=(kind | 0o777) << 16))) == {"link"}


def test_an_encrypted_member_is_refused() -> None:
    raw = bytearray(zipped("a"))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    assert named(bytes(raw)) == {"encrypted"}


def test_another_compression_than_ours_is_refused() -> None:
    assert named(zipped(info("a", compress_type=zipfile.ZIP_LZMA))) == {"malformed"}


def test_a_bomb_is_refused_by_what_it_declares() -> None:
    one = info("a", compress_type=zipfile.ZIP_DEFLATED)
    assert named(zipped(one, content=bytes(65 * 1024 * 1024))) == {"zip bomb"}


def test_many_members_that_are_small_enough_alone_are_refused_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MOST_UNPACKED", 3)
    assert named(zipped("a", "b", "c")) == set()
    assert named(zipped("a", "b", "c", "d")) == {"zip bomb"}


def test_more_members_than_a_bundle_has_are_not_even_listed() -> None:
    assert named(b"PK\x01\x02" * 20_001) == {"zip bomb"}


def test_a_bomb_that_lies_about_its_size_is_not_read_beyond_it() -> None:
    one = info("a", compress_type=zipfile.ZIP_DEFLATED)
    raw = bytearray(zipped(one, content=bytes(60 * 1024 * 1024)))
    struct.pack_into("<L", raw, raw.index(b"PK\x01\x02") + 24, 10)
    tracemalloc.start()
    found = examine(bytes(raw), Keyring())
    assert [fault.name for fault in found.faults] == ["edited"]
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("how", ["before", "after", "between", "comment", "member comment", "extra"])
def test_bytes_that_belong_to_no_file_are_refused(how: str) -> None:
    clean = zipped("a", "b")
    at = clean.index(b"PK\x01\x02")
    raw = {
        "before": b"#!/bin/sh\n" + clean,
        "after": clean + b"#",
        "between": clean[:at] + b"junk" + clean[at:-6] + struct.pack("<L", at + 4) + clean[-2:],
        "comment": clean[:-2] + b"\x01\x00#",
        "member comment": zipped(info("a", comment=b"x")),
        "extra": zipped(info("a", extra=b"\x99\x99\x01\x00x")),
    }[how]
    assert named(raw) <= {"hidden bytes", "malformed"}
    assert named(raw)


@pytest.mark.parametrize("raw", [b"", b"PK", b"{}", b"PK\x05\x06" + bytes(18), bytes(1000)])
def test_what_is_no_zip_is_said_to_be_none_or_proves_nothing(raw: bytes) -> None:
    found = examine(raw, Keyring())
    assert found.faults or found.doubts
    assert not found.is_proven


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_bundle_with_any_byte_changed_is_refused_or_holds_the_very_same_files(
    desk: Any, bundle: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(bundle) - 1))
    raw = bytearray(bundle)
    raw[at] ^= data.draw(st.integers(1, 255))
    found = examine(bytes(raw), desk.keyring)
    assert not found.is_proven or dict(members(bytes(raw))) == dict(members(bundle))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_bundle_that_is_cut_off_or_spliced_is_refused(desk: Any, bundle: bytes, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(bundle))] * 2)))
    junk = data.draw(st.binary(max_size=40))
    if bundle[start:end] != junk:
        assert not examine(bundle[:start] + junk + bundle[end:], desk.keyring).is_proven
