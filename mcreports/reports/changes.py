"""What a new revision says otherwise than the one before it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Key = tuple[str, str | None, tuple[tuple[str, str], ...], tuple[str, ...], int]

COMPARED = {
    "figure": ("figures", "id", ("value", "quality", "bounds")),
    "verdict": ("verdicts", "check", ("status", "value", "target")),
    "reconciliation": ("reconciliation", "name", ("status", "difference")),
}


@dataclass(frozen=True)
class Change:
    """One field of one figure, verdict or reconciliation: what it was, and what it is now.

    ``change`` is changed, added or removed; values are JSON values as ``report.json`` carries them.
    """

    kind: str
    id: str
    tenant: str | None
    labels: tuple[tuple[str, str], ...]
    window: tuple[str, ...]
    change: str
    field: str
    was: object
    now: object

    def as_dict(self) -> dict[str, object]:
        """This change as the manifest carries it."""
        return {
            "kind": self.kind,
            "id": self.id,
            "tenant": self.tenant,
            "labels": dict(self.labels),
            "window": list(self.window),
            "change": self.change,
            "field": self.field,
            "from": self.was,
            "to": self.now,
        }

    @staticmethod
    def read(raw: Mapping[str, object]) -> Change:
        """The change that :meth:`as_dict` wrote; KeyError or TypeError when it is something else."""
        labels, window = raw["labels"], raw["window"]
        if not isinstance(labels, dict) or not isinstance(window, list):
            msg = "labels is an object and window a list"
            raise TypeError(msg)
        tenant = raw["tenant"]
        return Change(
            kind=str(raw["kind"]),
            id=str(raw["id"]),
            tenant=None if tenant is None else str(tenant),
            labels=tuple((str(name), str(value)) for name, value in labels.items()),
            window=tuple(str(at) for at in window),
            change=str(raw["change"]),
            field=str(raw["field"]),
            was=raw["from"],
            now=raw["to"],
        )


def compare(old: Mapping[str, object], new: Mapping[str, object]) -> tuple[Change, ...]:
    """Every figure, verdict and reconciliation of two ``report.json`` bodies that is not the same in both.

    >>> figure = {"id": "budget.spend.period", "tenant": "A", "value": "1.00", "quality": "actual"}
    >>> [(c.id, c.was, c.now) for c in compare({"figures": [figure]}, {"figures": [figure | {"value": "2.00"}]})]
    [('budget.spend.period', '1.00', '2.00')]
    """
    return tuple(change for kind in COMPARED for change in _compare_kind(kind, old, new))


def _compare_kind(kind: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    were, are = _by_key(kind, old), _by_key(kind, new)
    fields = COMPARED[kind][2]
    for key in (*were, *(key for key in are if key not in were)):
        name, tenant, labels, window, _ = key
        was, now = were.get(key), are.get(key)
        if was is None or now is None:
            change = "added" if was is None else "removed"
            before, after = ((entry or {}).get(fields[0]) for entry in (was, now))
            yield Change(kind, name, tenant, labels, window, change, fields[0], before, after)
            continue
        for field in fields:
            if _text(was.get(field)) != _text(now.get(field)):
                yield Change(kind, name, tenant, labels, window, "changed", field, was.get(field), now.get(field))


def _by_key(kind: str, body: Mapping[str, object]) -> dict[Key, Mapping[str, object]]:
    where, name, _ = COMPARED[kind]
    entries = body.get(where)
    found: dict[Key, Mapping[str, object]] = {}
    seen: Counter[tuple[object, ...]] = Counter()
    for entry in entries if isinstance(entries, list) else []:
        tenant, labels, window = entry.get("tenant"), entry.get("labels") or {}, entry.get("window") or []
        key = (str(entry[name]), tenant, tuple(sorted(labels.items())), tuple(window))
        # Two entries of one name are told apart by their place, so that none hides another.
        found[*key, seen[key]] = entry
        seen[key] += 1
    return found


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
