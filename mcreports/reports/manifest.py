"""The manifest of a run: what it is, what it said, and the SHA-256 and size of every file in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from mcreports.errors import DataError, UsageError
from mcreports.figures import instant_text
from mcreports.period import Period
from mcreports.reports.changes import Change
from mcreports.reports.files import Hashed, NotRegularError, contents, hash_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SCHEMA = "mcreports.manifest/1"
FILE = "MANIFEST.json"
MOST_BYTES = 64 * 1024 * 1024

Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Manifest:
    """All that is said of a run without opening its report.

    ``scope`` is the slug of the tenants that were asked for, None for all; ``definition`` and
    ``snapshot`` are digests, ``sha256:...``; ``files`` are POSIX names relative to the run.
    """

    report: str
    period: Period
    scope: str | None
    tenants: tuple[str, ...]
    revision: int
    state: str
    status: str
    headline: str
    definition: str
    snapshot: str
    generated_at: datetime
    took_seconds: float
    reason: str
    changes: tuple[Change, ...]
    files: Mapping[str, Hashed]

    @property
    def period_label(self) -> str:
        """The text that names the period."""
        return self.period.label

    @property
    def zone(self) -> str:
        """The calendar's time zone."""
        return self.period.zone

    def text(self) -> str:
        """The manifest as the file holds it, with a digest over itself, so that no line of it is edited unseen."""
        body = {
            "schema": SCHEMA,
            "report": self.report,
            "period": {
                "label": self.period.label,
                "start": instant_text(self.period.start),
                "end": instant_text(self.period.end),
                "zone": self.period.zone,
            },
            "scope": self.scope,
            "tenants": list(self.tenants),
            "revision": self.revision,
            "state": self.state,
            "verdict": {"status": self.status, "headline": self.headline},
            "definition": self.definition,
            "snapshot": self.snapshot,
            "generated_at": instant_text(self.generated_at.astimezone(UTC)),
            "took_seconds": self.took_seconds,
            "reason": self.reason,
            "changes": [change.as_dict() for change in self.changes],
            "files": {name: {"sha256": file.sha256, "size": file.size} for name, file in sorted(self.files.items())},
        }
        return json.dumps(body | {"digest": _digest(body)}, indent=1, allow_nan=False) + "\n"


def read(run: Path) -> Manifest:
    """The manifest of a run; a DataError says what is wrong with it, an OSError that the disk did not let us see."""
    file = run / FILE
    try:
        if hash_file(file).size > MOST_BYTES:
            msg = f"{file}: is over {MOST_BYTES} bytes, no manifest of ours"
            raise DataError(msg)
        body = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_each_key_once)
        return _manifest(body)
    except (FileNotFoundError, NotADirectoryError) as error:
        msg = f"{file}: is missing"
        raise DataError(msg) from error
    except (NotRegularError, ValueError, RecursionError, KeyError, TypeError, UsageError) as error:
        said = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        msg = f"{file}: is damaged: {said}"
        raise DataError(msg) from error


def snapshot_digest(directory: Path) -> str:
    """What ``sha256sum snapshot.json snapshot/* | sha256sum`` gives, as ``sha256:...``."""
    names = [name for name in contents(directory).files if name == "snapshot.json" or name.startswith("snapshot/")]
    if "snapshot.json" not in names:
        msg = f"{directory / 'snapshot.json'}: is missing"
        raise DataError(msg)
    lines = [f"{hash_file(directory / name).sha256}  {name}\n" for name in sorted(names)]
    return "sha256:" + sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _digest(body: Mapping[str, object]) -> str:
    return "sha256:" + sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        msg = f"a key is there twice among {', '.join(sorted(found))}"
        raise ValueError(msg)
    return found


def _manifest(body: object) -> Manifest:
    whole = _as(body, dict, "the manifest")
    if whole["schema"] != SCHEMA:
        msg = f"its schema is {whole['schema']!r}, not {SCHEMA}"
        raise ValueError(msg)
    if whole["digest"] != _digest({key: value for key, value in whole.items() if key != "digest"}):
        msg = "it was edited: its digest is another"
        raise ValueError(msg)
    period, verdict = _as(whole["period"], dict, "period"), _as(whole["verdict"], dict, "verdict")
    scope = whole["scope"]
    return Manifest(
        report=_text(whole, "report"),
        period=Period.parse(_text(period, "label"), _text(period, "zone")),
        scope=None if scope is None else _text(whole, "scope"),
        tenants=tuple(str(tenant) for tenant in _as(whole["tenants"], list, "tenants")),
        revision=_as(whole["revision"], int, "revision"),
        state=_text(whole, "state"),
        status=_text(verdict, "status"),
        headline=_text(verdict, "headline"),
        definition=_text(whole, "definition"),
        snapshot=_text(whole, "snapshot"),
        generated_at=datetime.fromisoformat(_text(whole, "generated_at")),
        took_seconds=float(whole["took_seconds"]),
        reason=_text(whole, "reason"),
        changes=tuple(Change.read(_as(change, dict, "a change")) for change in _as(whole["changes"], list, "changes")),
        files={name: _hashed(name, raw) for name, raw in _as(whole["files"], dict, "files").items()},
    )


def _hashed(name: str, raw: object) -> Hashed:
    entry = _as(raw, dict, name)
    return Hashed(_text(entry, "sha256"), _as(entry["size"], int, f"the size of {name}"))


def _text(body: Mapping[str, object], key: str) -> str:
    return _as(body[key], str, key)


def _as(value: object, kind: type[Kind], name: str) -> Kind:
    if not isinstance(value, kind):
        msg = f"{name} is a {type(value).__name__}, not a {kind.__name__}"
        raise TypeError(msg)
    return value
