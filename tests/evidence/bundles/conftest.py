"""A desk to pack bundles on: a little evidence that holds, a key, and whoever does not have it."""

from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.signer import CryptoSigner

from mcreports.checks import Status
from mcreports.evidence.bundles.archive import add, check
from mcreports.evidence.bundles.container import write
from mcreports.evidence.bundles.pack import Order, Packed, pack, peek
from mcreports.evidence.keys import Keyring, Trusted
from mcreports.period import Period

NOW = datetime(2025, 11, 3, 9, tzinfo=UTC)
FILES = (
    "rag/grounding-final-attest.json",
    "budgets/budget-20251031.json",
    "config/config-baseline.json",
    "config/config-current.json",
    "autonomy/TENANT_003/operations_20251031.json",
)


@dataclass(frozen=True)
class Desk:
    """Where bundles are packed: ``signer`` is trusted, ``stranger`` is not."""

    evidence: Path
    place: Path
    signer: Any = field(default_factory=CryptoSigner.generate_ed25519)
    stranger: Any = field(default_factory=CryptoSigner.generate_ed25519)

    @property
    def keyring(self) -> Keyring:
        return self.ring(self.signer)

    @staticmethod
    def ring(*signers: Any) -> Keyring:
        return Keyring(tuple(Trusted(one.public_key.keyid, one.public_key) for one in signers))

    @staticmethod
    def opened(raw: bytes) -> dict[str, bytes]:
        """The members of a bundle."""
        with zipfile.ZipFile(io.BytesIO(raw)) as held:
            return {one.filename: held.read(one) for one in held.infolist()}

    @staticmethod
    def closed(members: dict[str, bytes]) -> bytes:
        """A bundle of these members, in the layout of a real one."""
        return write({name: lambda content=content: content for name, content in members.items()})

    def pack(
        self, period: str = "2025-10", previous: str | None = None, at: datetime = NOW, signer: Any = ..., **order: Any
    ) -> Packed:
        key = self.signer if signer is ... else signer
        asked = Order(order.get("version", "v0.3.3"), Period.parse(period), at)
        return pack(self.evidence, asked, (key, self.keyring), previous)

    def archive(self, raw: bytes, directory: Path) -> bool:
        """Archive a bundle, and say whether it is new there."""
        return add(raw, directory, (self.signer, self.keyring), NOW)[1]

    def wrong(self, directory: Path) -> dict[str, tuple[Status, str]]:
        """The verdicts on an archive that is not whole, by file; what its evidence proves is no part of that."""
        found = check(directory, self.keyring, NOW)
        assert found
        whole = {Status.PASS, Status.WARN}
        return {dict(one.labels)["file"]: (one.status, one.reason) for one in found if one.status not in whole}


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory, week: dict[str, bytes]) -> Desk:
    evidence = tmp_path_factory.mktemp("first") / "evidence"
    for name in FILES:
        file = evidence / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(week[name])
    return Desk(evidence, evidence.parent)


@pytest.fixture(scope="session")
def bundle(first: Desk) -> bytes:
    """The month's bundle, as it should be."""
    return first.pack().raw


@pytest.fixture(scope="session")
def months(first: Desk) -> list[bytes]:
    """The bundles of three months, each following the one before."""
    found: list[bytes] = []
    for label in ("2025-08", "2025-09", "2025-10"):
        previous = peek(found[-1], first.keyring)[1] if found else None
        found.append(first.pack(label, previous=previous).raw)
    return found


@pytest.fixture
def desk(first: Desk, tmp_path: Path) -> Desk:
    """A copy of the evidence, to be changed, and the same keys."""
    return replace(first, evidence=shutil.copytree(first.evidence, tmp_path / "evidence"), place=tmp_path)
