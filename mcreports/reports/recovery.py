"""What a crash left behind, set right by the next publisher under the target's lock."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from mcreports.durable import sync_directory
from mcreports.errors import PublishError
from mcreports.reports.manifest import FILE
from mcreports.reports.runs import CURRENT, revisions, shown_revision
from mcreports.reports.verification import Verification, verify

if TYPE_CHECKING:
    from pathlib import Path

STAGING = ".staging"
LINK = ".current"


def swing(directory: Path, revision: int) -> None:
    """Make ``current`` show a revision, in one step, and make the disk have it."""
    link = directory / LINK
    link.symlink_to(f"r{revision}")
    link.replace(directory / CURRENT)
    sync_directory(directory)


def recover(directory: Path, names: tuple[str, str]) -> int:
    """The revision that is shown after leftovers are set right; 0 if there is none.

    A revision above the shown one was finished by somebody who could not swing the link any more: the
    newest whole one of this report and period (``names``) is shown. One without a manifest never was
    a run, and goes; a damaged one is left for people to look at, and its number is not used again.
    """
    _remove(directory / STAGING)
    _remove(directory / LINK)
    shown = shown_revision(directory)
    if not (directory / f"r{shown}").is_dir():
        shown = 0
    for number in reversed([number for number in revisions(directory) if number > shown]):
        run = directory / f"r{number}"
        verification = seen(run)
        manifest = verification.manifest
        if verification.is_whole and manifest and (manifest.report, manifest.period.label) == names:
            if manifest.revision == number:
                swing(directory, number)
                return number
        elif run.is_dir() and not (run / FILE).exists():
            _remove(run)
    return shown


def seen(run: Path) -> Verification:
    """What became of a run; an error of the disk is no proof of damage, so it is a PublishError."""
    verification = verify(run)
    if verification.is_unread:
        said = "; ".join(str(fault) for fault in verification.faults if fault.is_unread)
        msg = f"{run}: {said}; make it readable for this user, then run again; what was published before stands"
        raise PublishError(msg)
    return verification


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
