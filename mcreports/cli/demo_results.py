"""What the runbook's checks would have left of the demo's platform by its Monday morning, signed by its own key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mcreports.cli import autonomy, drift, evidence, grounding, readiness
from mcreports.cli.outcome import Told, stated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcreports.evidence.outcomes import Outcome
    from mcreports.settings import Settings

TENANT = "TENANT_003"
SATURDAY = datetime(2025, 11, 1, 6, tzinfo=UTC)  # the morning after the month, and after its last day
MONDAY = datetime(2025, 11, 3, 7, tzinfo=UTC)  # the morning after week 44
SEED = b"the demo's key: everybody has it"  # 32 bytes, so that two demos sign alike; nothing real may trust it


def with_results(settings: Settings, scratch: Path) -> Settings:
    """The demo's settings with the result of each check, kept below a directory under a key of its own.

    Nothing of the user's own evidence, keys or gateways is looked at.
    """
    from mcreports.evidence.keys import load_signer
    from mcreports.evidence.outcomes import write
    from mcreports.operation_sections import EgressSettings, EvidenceSettings, ReadinessSettings

    own = EvidenceSettings(
        out=scratch / "out", bundles=scratch / "dist", archives=scratch / "archives", key_file=_key(scratch / "key.pem")
    )
    update = {"evidence": own, "egress": EgressSettings(), "readiness": ReadinessSettings()}
    settings = settings.model_copy(update=update)
    signer = load_signer(scratch / "key.pem")
    # runs that an earlier demo published are no part of this one's results
    unpublished = settings.report.model_copy(update={"output": scratch / "output"})
    for outcome, told in _results(settings.model_copy(update={"report": unpublished}), scratch / "evidence"):
        write(stated(outcome, told), own.out, signer)
    return settings


def _results(settings: Settings, root: Path) -> Iterator[tuple[Outcome, Told]]:
    """Each check at its time; a later one may rest on what an earlier one left."""
    from mcreports.operations.egress.check import check as check_egress
    from mcreports.period import Period

    for at in (SATURDAY - timedelta(days=1), SATURDAY):  # the first check has no earlier one that knows the baseline
        yield drift.found(drift.gathered(root, settings, at), settings, at)
    midnight = SATURDAY.replace(hour=0)
    yield autonomy.found(TENANT, (midnight - timedelta(days=1), midnight), settings, SATURDAY)
    for at, label in ((SATURDAY, "2025-10"), (MONDAY, "2025-W44")):
        period = Period.parse(label)
        _, file, _ = evidence.pack_period(settings, at, period, None)
        yield evidence.verified_result(settings, at, (file, None), None)
        yield grounding.found(period, None, settings, at)
        yield check_egress(settings.egress, at, _nobody, is_failover=False).outcome, Told()
        if at is SATURDAY:
            evidence.archive_month(settings, at, file, label)
            yield readiness.found(settings, at)


def _nobody(_: str) -> None:
    """Who hears of an egress check that tries nothing."""


def _key(file: Path) -> Path:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.from_private_bytes(SEED)
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file
