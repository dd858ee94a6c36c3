"""Publishing: a run appears whole, under a number of its own, or not at all.

    output/<report>/<period>/                    the run of all tenants
        .lock  .staging/                         who is publishing, and what is not published yet
        r1/  r2/  current -> r2                  every revision, and the one that is shown
        r2/tenants/<slug>/                       with --per-tenant: that tenant's own run
        scopes/<slug>/                           --tenant without --per-tenant: the same again in a
                                                 place of its own, so it never replaces the above

``current`` is swung by a rename, once the disk has every byte of the new revision. Who is killed
just before that leaves the new revision whole beside it, and the next publisher swings the link.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from mcreports.durable import sync_directory
from mcreports.errors import DataError, PublishError
from mcreports.reports.changes import compare
from mcreports.reports.claims import read_report, refuse_contradictions
from mcreports.reports.disk import explain, explain_disk
from mcreports.reports.files import contents, hash_file, make_directory, write_file
from mcreports.reports.manifest import FILE, Manifest, snapshot_digest
from mcreports.reports.recovery import STAGING, recover, seen, swing
from mcreports.reports.runs import SCOPES, PublishedRun, read_run, revisions
from mcreports.reports.slug import slug

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from mcreports.period import Period

LOCK = ".lock"
REPORT = "report.json"
TENANTS = "tenants"


@dataclass(frozen=True)
class Target:
    """Where a report is published; ``scope`` names the tenants that were asked for, none for all."""

    output: Path
    report: str
    period: Period
    scope: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """The directory that holds the revisions, relative to the output."""
        whole = f"{self.report}/{self.period.label}"
        return f"{whole}/{SCOPES}/{slug(*self.scope)}" if self.scope else whole

    @property
    def directory(self) -> Path:
        """The directory that holds the revisions."""
        return self.output / self.place


@dataclass(frozen=True)
class RunRecord:
    """What the manifest says of a run that its files do not; ``report.json`` must say the same.

    ``definition`` is a digest, ``generated_at`` aware; ``reason`` tells why a published period is restated.
    """

    definition: str
    state: str
    status: str
    headline: str
    generated_at: datetime
    took_seconds: float
    tenants: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True)
class Slot:
    """A target that is ours until the block ends: an empty directory to fill, and the number it will get.

    ``previous`` is the undamaged run that is shown now; ``damage`` says why there is none, if one was found.
    """

    target: Target
    staging: Path
    revision: int
    previous: PublishedRun | None = None
    damage: str = ""

    def tenant_directory(self, tenant: str) -> Path:
        """Where that tenant's own run is to be put (--per-tenant)."""
        directory = self.staging / TENANTS / slug(tenant)
        with explain(self.target.directory):
            directory.mkdir(parents=True, exist_ok=True)
        return directory

    def standing(self, definition: str) -> PublishedRun | None:
        """The run that is shown, if it already has this definition and the snapshot that lies in staging."""
        if self.previous is None or self.previous.definition != definition:
            return None
        with explain(self.target.directory):
            same = self.previous.snapshot == snapshot_digest(self.staging)
        return replace(self.previous, unchanged=True) if same else None

    def publish(self, record: RunRecord, tenants: Mapping[str, RunRecord] | None = None) -> PublishedRun:
        """Publish what lies in staging, or give back the run that stands; a PublishError leaves all as it was.

        ``tenants`` has a record for each tenant that was given a directory.
        """
        standing = self.standing(record.definition)
        if standing is not None:
            return standing
        own = {slug(tenant): (tenant, its) for tenant, its in (tenants or {}).items()}
        with explain(self.target.directory):
            _refuse_other_tenants(self.staging / TENANTS, set(own))
            for name, (tenant, its) in own.items():
                _seal(self, replace(its, tenants=(tenant,)), f"{TENANTS}/{name}")
            _seal(self, record)
            self.staging.rename(self.target.directory / f"r{self.revision}")
            sync_directory(self.target.directory)
            swing(self.target.directory, self.revision)
            return read_run(self.target.output, f"{self.target.place}/r{self.revision}")


@contextmanager
def reserve(target: Target, patience: float = 900.0) -> Iterator[Slot]:
    """Hold a target for one publisher; leftovers of a crash are gone, and an unpublished staging goes at the end.

    Waits ``patience`` seconds for another publisher; a PublishError names the path and what to do.
    """
    lock = FileLock(target.directory / LOCK)
    with explain(target.directory):
        make_directory(target.directory)
        try:
            lock.acquire(timeout=patience)
        except Timeout as error:
            msg = f"{lock.lock_file}: another process has been publishing for {patience:g} s; wait for it or stop it"
            raise PublishError(msg) from error
    try:
        with explain(target.directory):
            slot = _open(target)
        with explain_disk(target.directory):
            yield slot
    finally:
        # What cannot be removed now is removed by the next publisher; it must not hide the error that led here.
        shutil.rmtree(target.directory / STAGING, ignore_errors=True)
        with explain(target.directory):
            lock.release()


def _open(target: Target) -> Slot:
    shown = recover(target.directory, (target.report, target.period.label))
    staging = target.directory / STAGING
    staging.mkdir()
    slot = Slot(target, staging, max(revisions(target.directory), default=0) + 1)
    if not shown:
        return slot
    verification = seen(target.directory / f"r{shown}")
    try:
        previous = read_run(target.output, f"{target.place}/r{shown}")
    except DataError as error:
        return replace(slot, damage=f"r{shown} was found damaged: {error}")
    if not verification.is_whole:
        return replace(slot, damage=f"r{shown} was found damaged: {verification.faults[0]}")
    return replace(slot, previous=previous)


def _seal(slot: Slot, record: RunRecord, name: str = "") -> None:
    """Write the manifest of the run at a name in staging, after the disk has everything else of it."""
    directory = slot.staging / name
    period = slot.target.period
    body = read_report(directory / REPORT)
    said = {
        "report": slot.target.report,
        "period": {"label": period.label, "zone": period.zone},
        "revision": slot.revision,
        "state": record.state,
        "definition": record.definition,
        "verdict": {"status": record.status, "headline": record.headline},
    }
    refuse_contradictions(directory / REPORT, body, said)
    found = contents(directory)
    if found.others or FILE in found.files:
        msg = f"{directory / (found.others or (FILE,))[0]}: only files and directories are published, and no {FILE}"
        raise PublishError(msg)
    before = None if slot.previous is None else slot.target.output / slot.previous.path / name / REPORT
    scope = name.removeprefix(f"{TENANTS}/") or (slug(*slot.target.scope) if slot.target.scope else None)
    manifest = Manifest(
        report=slot.target.report,
        period=period,
        scope=scope,
        tenants=record.tenants,
        revision=slot.revision,
        state=record.state,
        status=record.status,
        headline=record.headline,
        definition=record.definition,
        snapshot=snapshot_digest(directory),
        generated_at=record.generated_at,
        took_seconds=record.took_seconds,
        reason="; ".join(part for part in (record.reason, slot.damage) if part),
        changes=compare(read_report(before), body) if before is not None and before.exists() else (),
        files={file: hash_file(directory / file, sync=True) for file in found.files},
    )
    write_file(directory / FILE, manifest.text())
    for below in (*found.directories, ""):
        sync_directory(directory / below)


def _refuse_other_tenants(directory: Path, slugs: set[str]) -> None:
    found = {path.name for path in directory.iterdir()} if directory.exists() else set()
    if found != slugs:
        strangers = ", ".join(sorted(found ^ slugs))
        msg = f"{directory}: tenants with a directory and tenants with a record differ: {strangers}"
        raise PublishError(msg)
