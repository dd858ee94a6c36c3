"""The latest outcome of a check among those that were kept, or why none can be believed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.errors import EvidenceError
from mcreports.evidence.dsse import SignatureError, unseal
from mcreports.evidence.outcomes import COMMANDS, SKEW, STAMP, Outcome, parse
from mcreports.evidence.place import read
from mcreports.figures import instant_text
from mcreports.names import called

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from mcreports.evidence.keys import Keyring

NAME = re.compile(r"(\d{8}T\d{6}Z)(?:-(\d{1,2}))?\.json")
MOST_BYTES = 16 * 1024 * 1024
MOST_FILES = 400  # of other subjects, or of other times, that are looked through


@dataclass(frozen=True)
class Found:
    """The latest outcome of a check, or why none can be believed; ``file`` is its name below the directory."""

    check: str
    outcome: Outcome | None
    file: str = ""
    doubt: str = ""
    keyid: str = ""


def latest(directory: Path, check: str, keyring: Keyring, now: datetime, subject: str = "") -> Found:
    """The outcome up to now that speaks of the latest time, of one tenant or of the platform.

    A newest file that cannot be believed is a doubt about the check: an older pass does not stand in for it.
    A later look at an earlier time does not stand for the present.
    """
    best: Found | None = None
    for name, stamp in list(_files(directory / check, f"{now + SKEW:{STAMP}}"))[:MOST_FILES]:
        if best is not None and best.outcome is not None and stamp <= f"{best.outcome.speaks_until:{STAMP}}":
            break  # whatever is older speaks of earlier
        found = _open(directory, f"{check}/{name}", check, keyring)
        if found.outcome is None:
            return found if best is None else best
        if found.outcome.subject == subject and _is_later(found, best):
            best = found
    return best or Found(check, None, doubt=_nothing(directory, check, now, subject))


def _is_later(found: Found, best: Found | None) -> bool:
    if best is None or best.outcome is None or found.outcome is None:
        return True
    return found.outcome.speaks_until > best.outcome.speaks_until


def _files(folder: Path, last: str) -> Iterator[tuple[str, str]]:
    """The kept files up to an instant with their stamps, the newest first; those of another name before all."""
    names = [path.name for path in folder.glob("*.json")]
    parts = {name: NAME.fullmatch(name) for name in names}
    strange = [name for name, match in parts.items() if match is None]
    known = [(match[1], int(match[2] or 1), name) for name, match in parts.items() if match is not None]
    yield from ((name, last) for name in sorted(strange))
    yield from ((name, stamp) for stamp, _, name in sorted(known, reverse=True) if stamp <= last)


def _open(directory: Path, name: str, check: str, keyring: Keyring) -> Found:
    try:
        opened = unseal(read(directory / name, MOST_BYTES), keyring)
        outcome = parse(opened.statement)
    except SignatureError as error:
        return Found(check, None, name, f"{name}: {error}")
    except EvidenceError as error:
        return Found(check, None, name, str(error) if name in str(error) else f"{name}: {error}")
    doubt = _doubt(outcome, check, name.rpartition("/")[2])
    return Found(check, None if doubt else outcome, name, f"{name}: {doubt}" if doubt else "", opened.keyid)


def _doubt(outcome: Outcome, check: str, name: str) -> str:
    if outcome.check != check:
        return f"is a result of {outcome.check}"
    is_named = name.startswith(f"{outcome.at:{STAMP}}")
    return "" if is_named else f"is a result of {instant_text(outcome.at)} under another name"


def _nothing(directory: Path, check: str, now: datetime, subject: str) -> str:
    whose = f" of {called(subject)}" if subject else ""
    option = f" --tenant {subject}" if subject else ""
    later = sorted(path.name for path in (directory / check).glob("*.json"))
    if later:
        until = f"up to {instant_text(now)}, which is as far as is looked here"
        return f"no result{whose} is kept in {directory.name} {until}; the newest file is {later[-1]}"
    return f"no result{whose} is kept in {directory.name}: run mcreports {COMMANDS[check]}{option}"
