"""The platform's own bundle: a list of files in JSON, whose signature anybody can make."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mcreports.evidence.bundles.container import unsafe
from mcreports.evidence.bundles.examine import Examined
from mcreports.evidence.bundles.faults import Fault
from mcreports.evidence.bundles.verify import Verified
from mcreports.evidence.compliance import measure

if TYPE_CHECKING:
    from mcreports.evidence.keys import Keyring

LISTED = "evidence-listed-comprehensive.json"
UNSIGNED = (
    "is the platform's own bundle: its signature is only the SHA-256 of its own body, which anybody can make; "
    "pack the evidence itself with `mcreports evidence pack`"
)
ALWAYS = datetime(1970, 1, 2, tzinfo=UTC)


def is_listing(raw: bytes) -> bool:
    """Whether bytes are JSON rather than a zip."""
    return raw.lstrip()[:1] == b"{"


def verify_listing(raw: bytes, name: str, keyring: Keyring, now: datetime) -> Verified:
    """What the platform's own bundle proves by itself: that it is unsigned, and which of its claims do not hold."""
    with TemporaryDirectory(prefix="mcreports-") as held:
        own = name if name.endswith(".json") and not unsafe(name) else LISTED
        (Path(held) / own).write_bytes(raw)
        found = measure(Path(held), (ALWAYS, now), keyring, now=now)
    examined = Examined(sha256(raw).hexdigest(), doubts=(UNSIGNED,))
    faults = [Fault("malformed", one["field"], one["text"]) for one in found.faults]
    if not found.files and not faults:
        faults = [Fault("malformed", "", "is neither a zip nor the platform's own bundle")]
    if faults:
        return Verified(examined, tuple(faults), (), None)
    return Verified(examined, (), examined.doubts, found)
