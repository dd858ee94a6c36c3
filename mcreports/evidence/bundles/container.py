"""The zip that a bundle is: written the same for the same content, and opened as if an enemy had made it.

Only the layout that is written here is read: members one after another from the first byte to the
directory, without comments or extra fields. So no byte can hide that one program sees and another does not.
"""

from __future__ import annotations

import re
import stat
import struct
import zlib
from collections import Counter
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from mcreports.errors import EvidenceError
from mcreports.evidence.bundles.faults import Fault
from mcreports.evidence.fields import shown
from mcreports.evidence.files import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MOST_BUNDLE = 256 * 1024 * 1024  # the zip itself
MOST_UNPACKED = 1024 * 1024 * 1024
MOST_MEMBERS = 20_000
LONGEST, LONGEST_PART = 1000, 255  # bytes of a name
LEVEL = 6
ENTRY, END = b"PK\x01\x02", struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<26x2H")
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a zip knows no other time that is nobody's
_ENCRYPTED, _UTF8 = 0x1, 0x800
_DRIVE = re.compile(r"[A-Za-z]:")
# all that zipfile says of bytes that are no zip
BROKEN = (BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OverflowError, zlib.error, struct.error)


class BrokenMemberError(EvidenceError):
    """A member that does not unpack to what its own checksum says."""

    def __init__(self, name: str, text: str) -> None:
        """Name the member, and say what is wrong with it."""
        super().__init__(text)
        self.name = name


def write(names: Mapping[str, Callable[[], bytes]]) -> bytes:
    """The zip of named contents, each asked for when it is its turn: the same bytes for the same contents."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED, compresslevel=LEVEL) as held:
        for name in sorted(names):
            member = ZipInfo(name, _EARLIEST)
            member.compress_type, member.create_system = ZIP_DEFLATED, 3
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            held.writestr(member, names[name]())
    if buffer.tell() > MOST_BUNDLE:
        msg = f"the bundle has {buffer.tell():,} bytes, {MOST_BUNDLE:,} is the most; pack fewer files"
        raise EvidenceError(msg)
    return buffer.getvalue()


def faults_of(raw: bytes) -> tuple[Fault, ...]:
    """Every way in which bytes are no bundle that may be unpacked."""
    if raw.count(ENTRY) > MOST_MEMBERS:
        return (Fault("zip bomb", "", f"has over {MOST_MEMBERS:,} members"),)
    try:
        with ZipFile(BytesIO(raw)) as held:
            members = held.infolist()
            named = [fault for one in members for fault in _member(one)]
            return (*_twice(members), *named, *_sizes(members), *([] if named else _layout(held, raw)))
    except BROKEN as error:
        return (Fault("malformed", "", f"is no zip that can be read: {shown(str(error))}"),)


def members(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each member of a zip without faults; a BrokenMemberError if one does not unpack."""
    with ZipFile(BytesIO(raw)) as held:
        for one in held.infolist():
            yield one.filename, _content(held, one)


def member(raw: bytes, name: str) -> bytes | None:
    """The content of one member of a zip without faults; None if it is not there."""
    with ZipFile(BytesIO(raw)) as held:
        found = next((one for one in held.infolist() if one.filename == name), None)
        return None if found is None else _content(held, found)


def unsafe(name: str) -> str:
    """Why a name may not be unpacked on any system; empty if it may.

    >>> unsafe("evidence/rag/x.json"), unsafe("../x"), unsafe("C:x")
    ('', 'leads out of the bundle', 'names a drive')
    """
    parts = name.split("/")
    try:
        size = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        return "is not UTF-8"
    if not name or size > LONGEST or any(len(part.encode("utf-8")) > LONGEST_PART for part in parts):
        return f"is empty, or longer than {LONGEST} bytes or {LONGEST_PART} in one part"
    if "\0" in name or "\\" in name:
        return "has a backslash or a NUL in it"
    if name.startswith("/"):
        return "is absolute"
    if any(part in {"", ".", ".."} for part in parts):
        return "leads out of the bundle" if ".." in parts else "has an empty part or a dot for one"
    return "names a drive" if any(_DRIVE.match(part) for part in parts) else ""


def _content(held: ZipFile, one: ZipInfo) -> bytes:
    try:
        with held.open(one) as file:
            # whoever reads without a limit is given all that unpacks, whatever size was declared
            return file.read(one.file_size + 1)
    except BROKEN as error:
        raise BrokenMemberError(one.filename, f"does not unpack: {shown(str(error))}") from error


def _twice(found: list[ZipInfo]) -> Iterator[Fault]:
    for name, times in Counter(one.orig_filename for one in found).items():
        if times > 1:
            yield Fault("duplicate", name, f"is there {times} times")


def _member(one: ZipInfo) -> Iterator[Fault]:
    name, kind = one.orig_filename, stat.S_IFMT(one.external_attr >> 16)
    why = unsafe(name)
    if why:
        yield Fault("unsafe name", name, why)
    if kind not in {0, stat.S_IFREG}:
        yield Fault("link", name, "is a symbolic link" if kind == stat.S_IFLNK else "is no regular file")
    if one.flag_bits & _ENCRYPTED:
        yield Fault("encrypted", name, "is encrypted")
    elif one.flag_bits & ~_UTF8 or one.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        yield Fault("malformed", name, "is stored in a way that bundles do not use")


def _sizes(found: list[ZipInfo]) -> Iterator[Fault]:
    for one in found:
        if one.file_size > MOST_BYTES:
            yield Fault(
                "zip bomb", one.orig_filename, f"unpacks to {one.file_size:,} bytes, {MOST_BYTES:,} is the most"
            )
    if sum(one.file_size for one in found) > MOST_UNPACKED:
        yield Fault("zip bomb", "", f"unpacks to more than {MOST_UNPACKED:,} bytes")


def _layout(held: ZipFile, raw: bytes) -> Iterator[Fault]:
    """Bytes that belong to no member: before, between or after them, or in comments and extra fields."""
    at = 0
    for one in sorted(held.infolist(), key=lambda one: one.header_offset):
        if one.header_offset != at:
            break
        name_size, extra_size = _LOCAL.unpack_from(raw, at)
        if extra_size or one.extra or one.comment:
            break
        at += _LOCAL.size + name_size + one.compress_size
    else:
        signature, *_, size, start, comment = END.unpack(raw[-END.size :])
        if (signature, start, start + size + END.size, comment) == (b"PK\x05\x06", at, len(raw), 0):
            return
    yield Fault("hidden bytes", "", f"holds bytes from {at} on that belong to none of its files")
