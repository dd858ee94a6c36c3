"""Putting the baseline back as the current state: after a backup, by one rename, and never from a false baseline."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from mcreports.errors import EvidenceError
from mcreports.evidence.configuration.state import BASELINE, CURRENT, FOLDER, State, place_of, read_state
from mcreports.evidence.fields import FieldError
from mcreports.evidence.files import BrokenFileError, load
from mcreports.evidence.place import put, read
from mcreports.figures import instant_text

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

BELOW = f"{FOLDER}/backup"
STAMP = "%Y%m%dT%H%M%SZ"
MOST = 100  # backups of one second
MOST_BYTES = 1 << 30  # a current file that is too large to be read as evidence can still be put aside


@dataclass(frozen=True)
class Restored:
    """The current file that the baseline was put into, and where the one before it was kept, if there was one."""

    current: Path
    backup: Path | None


def sound_baseline(root: Path) -> State:
    """The baseline; an EvidenceError names the file, and the field, where it cannot be trusted to be put back."""
    place = place_of(root, BASELINE)
    try:
        state = read_state(load(place, root))
    except (BrokenFileError, FieldError) as error:
        msg = f"{place.name}: {error}; nothing is put back from it"
        raise EvidenceError(msg) from error
    for _, claim in state.claims():
        if not claim["holds"]:
            told = f"{claim['field']} claims {claim['claimed']}, its contents give {claim['recomputed']}"
            msg = f"{place.name}: {told}; nothing is put back from a baseline that is not what it says"
            raise EvidenceError(msg)
    return state


def restore(root: Path, now: datetime) -> Restored:
    """Put the baseline's contents back as the current state of ``now``, and keep what was there beside it.

    Whenever this is stopped, the current file is the old one or the new one, whole.
    """
    baseline, current = sound_baseline(root), place_of(root, CURRENT)
    source = baseline.document.place
    folder = current.path.parent
    for each in (folder, root / BELOW):
        if not each.resolve().is_relative_to(root.resolve()):
            msg = f"{each}: is a link that leads out of the evidence directory; nothing is written there"
            raise EvidenceError(msg)
    backup = _backup(root, current.path, now) if os.path.lexists(current.path) else None
    body = {
        # the contents, and what is claimed of them, are the baseline's; the state is one of now
        **_whole(baseline),
        "timestamp": instant_text(now.astimezone(UTC)),
        "restored_from": {"file": source.name, "sha256": baseline.document.sha256, "timestamp": _said(baseline)},
    }
    return Restored(put(folder, current.path.name, json.dumps(body, indent=1).encode() + b"\n"), backup)


def _backup(root: Path, path: Path, now: datetime) -> Path:
    """Keep the bytes of the current file, whatever they are, under a name that nothing has yet."""
    raw = read(path, MOST_BYTES)
    stem = f"config-current-{now.astimezone(UTC):{STAMP}}"
    for number in range(1, MOST + 1):
        kept = root / BELOW / (f"{stem}.json" if number == 1 else f"{stem}-{number}.json")
        if not os.path.lexists(kept):
            return put(kept.parent, kept.name, raw, once=True)
        if kept.is_file() and read(kept, MOST_BYTES) == raw:
            return kept  # a restore that was stopped had come this far
    msg = f"{root / BELOW}: has {MOST} backups of {stem}; move them, then restore again"
    raise EvidenceError(msg)


def _whole(state: State) -> dict[str, object]:
    body = state.document.body
    return dict(body) if isinstance(body, dict) else {}


def _said(state: State) -> object:
    return _whole(state).get("timestamp")
