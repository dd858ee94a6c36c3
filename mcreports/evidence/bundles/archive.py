"""The archive: each month's bundle once, in an index that is signed, and everything checked again at any time.

A bundle is put in place first, and the index after it. Whoever is killed between the two leaves a file that
no index names; the next run finds the same bytes there and writes the entry.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from mcreports.checks import Status, Verdict
from mcreports.errors import EvidenceError
from mcreports.evidence.bundles.container import MOST_BUNDLE
from mcreports.evidence.bundles.examine import UNPROVEN, examine
from mcreports.evidence.bundles.faults import Fault
from mcreports.evidence.bundles.index import FILE, Entry, entry_of, read_index, write_index
from mcreports.evidence.bundles.verify import Expected, overstated, recompute, replays
from mcreports.evidence.dsse import SignatureError
from mcreports.evidence.outcomes import Outcome
from mcreports.evidence.place import put, read
from mcreports.figures import instant_text
from mcreports.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from securesystemslib.signer import Signer

    from mcreports.evidence.keys import Keyring

CHECK = "evidence.archive"
LOCK = ".lock"
PATIENCE = 60.0
ALL = "100.0"  # as compliance prints it, and nothing less


def add(raw: bytes, directory: Path, keys: tuple[Signer, Keyring], now: datetime) -> tuple[Entry, bool]:
    """Archive a month's bundle that is proven, once; its entry, and whether it is new."""
    signer, keyring = keys
    with _locked(directory):
        entries = read_index(directory, keyring)
        known = next((one for one in entries if one.sha256 == sha256(raw).hexdigest()), None)
        entry = known or _entry(raw, entries, keyring, now)
        if known is None:
            _refuse(entry, entries, directory)
        _place(directory, entry.file, raw)
        if known is None:
            write_index(directory, [*entries, entry], signer, now)
    return entry, known is None


def check(directory: Path, keyring: Keyring, now: datetime, until: datetime | None = None) -> tuple[Verdict, ...]:
    """The archive looked at again: every file hashed, every signature verified, every link of the chain followed.

    With ``until`` only the months that had begun by then are judged, and only those that were over by then are missed.
    """
    try:
        entries = read_index(directory, keyring)
    except SignatureError as error:
        status = Status.UNKNOWN if error.fault in UNPROVEN else Status.FAIL
        return (_verdict(FILE, status, [f"{error.fault}: {error}"]),)
    except EvidenceError as error:
        return (_verdict(FILE, Status.FAIL, [f"malformed: {error}"]),)
    judged = _begun(entries, until)
    if not judged:
        of = "" if until is None else f" of before {instant_text(until)}"
        nothing = _verdict(FILE, Status.UNKNOWN, [f"no bundle{of} is archived in {directory}"])
        return (nothing, *_extra(directory, entries))
    own = [_proven(one, _wrong(directory, one, keyring, now)) for one in judged]
    missing = _missing(judged, now if until is None else min(now, until))
    return (*own, *_breaks(judged), *_extra(directory, entries), *missing)


def outcome(directory: Path, keyring: Keyring, now: datetime, until: datetime | None = None) -> Outcome:
    """The result of checking the archive, with the index's entries as its facts."""
    verdicts = check(directory, keyring, now, until)
    try:
        entries = _begun(read_index(directory, keyring), until)
    except EvidenceError:  # its verdict says why
        entries = ()
    facts = {"entries": [entry.as_dict() for entry in entries]}
    return Outcome(CHECK, now, verdicts, facts, {entry.file: entry.sha256 for entry in entries})


def _begun(entries: Sequence[Entry], until: datetime | None) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if until is None or entry.period.start < until)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with FileLock(directory / LOCK, timeout=PATIENCE):
            yield
    except Timeout as error:
        msg = f"{directory / LOCK}: another process has been archiving for {PATIENCE:g} s; wait for it or stop it"
        raise EvidenceError(msg) from error
    except OSError as error:
        msg = f"{error.filename or directory}: cannot be written: {error.strerror}"
        raise EvidenceError(msg) from error


def _entry(raw: bytes, entries: Sequence[Entry], keyring: Keyring, now: datetime) -> Entry:
    """The entry of a bundle; an EvidenceError with everything that speaks against it."""
    found, compliance = recompute(raw, keyring)
    bundle = found.bundle
    period = None if bundle is None else bundle.period
    if period is not None and period.kind != "month":
        msg = f"the bundle is of {period.label}; a month is archived, like 2025-10"
        raise EvidenceError(msg)
    faults = (*found.faults, *replays(found, Expected(now, period=period, history=tuple(entries))))
    wrong = [*_skipped(entries, period, faults), *map(str, faults)]
    if bundle is not None and compliance is not None and (text := overstated(bundle, compliance)):
        wrong.append(text)
    if wrong or not found.is_proven:
        msg = f"the bundle is not archived: {'; '.join([*wrong, *found.doubts])}"
        raise EvidenceError(msg)
    return entry_of(found, compliance, len(raw), now)


def _skipped(entries: Sequence[Entry], period: Period | None, faults: Sequence[Fault]) -> Iterator[str]:
    """What to do about a chain that is broken because a month before this one was not archived."""
    is_broken = any(fault.name == "chain broken" for fault in faults)
    if is_broken and entries and period is not None and entries[-1].period.next().start < period.start:
        yield f"archive {entries[-1].period.next().label} first"


def _place(directory: Path, name: str, raw: bytes) -> None:
    """Put a bundle into the archive, unless these very bytes lie there already."""
    path = directory / name
    if not path.exists() and not path.is_symlink():
        put(directory, name, raw, once=True)
    elif read(path, MOST_BUNDLE, follow=False) != raw:
        msg = f"{path} is there already with other content, and is not overwritten; move it if it is wrong"
        raise EvidenceError(msg)


def _refuse(entry: Entry, entries: Sequence[Entry], directory: Path) -> None:
    if any(one.period == entry.period for one in entries):
        msg = f"{directory / entry.file}: {entry.period.label} is archived with other bytes, and is written once"
        raise EvidenceError(msg)
    if entries and entry.period.start < entries[-1].period.end:
        msg = f"{entry.period.label} is before {entries[-1].period.label}, the archive's last month; it only grows"
        raise EvidenceError(msg)


def _wrong(directory: Path, entry: Entry, keyring: Keyring, now: datetime) -> list[str]:
    """Everything that is wrong with an archived file."""
    try:
        raw = read(directory / entry.file, MOST_BUNDLE, follow=False)
    except EvidenceError as error:
        is_there = (directory / entry.file).exists()
        return [str(Fault("edited" if is_there else "dropped", entry.file, str(error)))]
    found = examine(raw, keyring)
    if found.sha256 != entry.sha256:
        return [str(Fault("edited", entry.file, f"hashes to {found.sha256}, the index says {entry.sha256}"))]
    if found.payload != entry.payload and found.is_proven:
        return [str(Fault("edited", FILE, f"says {entry.payload} of its statement, which is {found.payload}"))]
    return [*map(str, (*found.faults, *replays(found, Expected(now, period=entry.period)))), *found.doubts]


def _breaks(entries: Sequence[Entry]) -> Iterator[Verdict]:
    for before, entry in pairwise(entries):
        if entry.previous != before.payload:
            text = f"does not follow {before.file}, the month before it in the index"
            yield _verdict(entry.file, Status.FAIL, [str(Fault("chain broken", entry.file, text))])


def _extra(directory: Path, entries: Sequence[Entry]) -> Iterator[Verdict]:
    known = {FILE, *(entry.file for entry in entries)}
    try:
        names = sorted(path.name for path in directory.iterdir()) if directory.is_dir() else []
    except OSError as error:
        yield _verdict(FILE, Status.UNKNOWN, [f"{directory}: cannot be listed: {error.strerror}"])
        return
    for name in names:
        if name not in known and not name.startswith("."):
            text = "is not in the index; archive it, or move it away"
            yield _verdict(name, Status.FAIL, [str(Fault("added", name, text))])


def _missing(entries: Sequence[Entry], now: datetime) -> Iterator[Verdict]:
    """Months from the first one on, up to the last that is over, of which nothing is archived."""
    own = {entry.period.label for entry in entries}
    month, last = entries[0].period, Period.last_closed("month", now, entries[-1].period.zone)
    while month.start <= last.start:
        if month.label not in own:
            yield _verdict(month.label, Status.UNKNOWN, [f"no bundle of {month.label} is archived"])
        month = month.next()


def _proven(entry: Entry, wrong: Sequence[str]) -> Verdict:
    """The verdict on an archived month: whole it may be, and yet hold what its own details contradict."""
    verdict = _verdict(entry.file, None, wrong)
    if wrong or (entry.percent == ALL and not entry.unproven):
        return verdict
    share = "it claims nothing" if entry.percent is None else f"{entry.percent} % of what it claims is proven"
    return replace(verdict, status=Status.WARN, reason="; ".join(["it is whole", share, *entry.unproven]))


def _verdict(name: str, status: Status | None, wrong: Sequence[str]) -> Verdict:
    """A verdict on one file: by what is wrong with it, if the status is not known already."""
    found = status or (Status.FAIL if wrong else Status.PASS)
    value = None if found is Status.UNKNOWN else str(len(wrong))
    return Verdict(CHECK, None, found, value, "0", "<=", "faults", "; ".join(wrong), labels=(("file", name),))
