"""What the drift commands show: each change with its diff, who approved it, and who approves now."""

from __future__ import annotations

import getpass
import json
import os
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcreports.cli.context import one_line
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mcreports.evidence.configuration import Drift
    from mcreports.evidence.configuration.approvals import Covered

SWITCH, BY, REASON = "CHANGE_APPROVED", "CHANGE_APPROVED_BY", "CHANGE_APPROVED_REASON"
# who and what a pipeline says that it runs for
ACTORS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_USER_ID", "BUILD_REQUESTEDFOR")
RUNS = ("GITHUB_REPOSITORY", "GITHUB_RUN_ID", "CI_PIPELINE_URL", "BUILD_URL")
MOST_FILES = 20


@dataclass(frozen=True)
class Approver:
    """Who approves, and why."""

    by: str
    reason: str


def asked(environment: Mapping[str, str] = os.environ) -> Approver | None:
    """Who approves by CHANGE_APPROVED=1, and why; None where it is not set, or set to no."""
    said = environment.get(SWITCH, "").strip().lower()
    if said in {"", "0", "false", "no"}:
        return None
    if said not in {"1", "true", "yes"}:
        msg = f"{SWITCH}={environment[SWITCH]!r} is neither 1 nor 0; set it to 1 to approve what has changed"
        raise UsageError(msg)
    by = next((name for key in (BY, *ACTORS) if (name := environment.get(key, "").strip())), "") or _user()
    run = " ".join(environment[key] for key in RUNS if environment.get(key))
    reason = environment.get(REASON, "").strip() or f"{SWITCH}={said}, no reason was given"
    return Approver(by, f"{reason} ({run})" if run else reason)


def _user() -> str:
    try:
        return f"{getpass.getuser()} on {platform.node()}"
    except (KeyError, OSError) as error:  # a container may run as a user without a name
        msg = f"{SWITCH} is set, and nobody knows by whom: set {BY} to the name of whoever approved"
        raise UsageError(msg) from error


def facts(drift: Drift) -> dict[str, Any]:
    """What was found in the files, as the outcome keeps it; nothing in it is a secret's value."""
    from mcreports.evidence.fields import instant
    from mcreports.figures import instant_text

    return {
        "changes": [_change(drift, one) for one in drift.changes],
        "states": [
            {
                "side": side, "timestamp": instant_text(instant(state.at)), "paths": len(state.contents),
                "claimed_hash": state.claimed[:100], "recomputed_hash": state.recomputed, "git_commit": state.commit,
            }
            for side, state in drift.states.items()
        ],
        "approvals": [approval.as_dict() for approval in drift.approvals],
        "faults": [{name: row[name] for name in ("file", "field", "text")} for _, row in drift.faults],
    }  # fmt: skip


def lines(drift: Drift) -> Iterator[str]:
    """What was found in the files, for people: each change, who approved it, its diff as one block."""
    from mcreports.figures import instant_text

    for one in drift.changes[:MOST_FILES]:
        yield ""
        approval = one.approval
        yield f"{one.change.kind}: {one_line(one.change.path)}" + (f"  ({one.note})" if one.note else "")
        if approval is not None:
            said = f"approved by {approval.by} on {instant_text(approval.at)}: {approval.reason}"
            yield f"  {one_line(said)}  ({approval.file}{'' if approval.keyid else ', not signed'})"
        differ = "\n".join(f"  {line}" for line in diff(drift, one))
        yield from [differ] if differ else []
    if len(drift.changes) > MOST_FILES:
        yield f"and {len(drift.changes) - MOST_FILES} more files; --json has them all"
    for _, row in drift.faults:
        yield one_line(" ".join(filter(None, [f"{row['file']}:", str(row["field"]), str(row["text"])])))


def diff(drift: Drift, one: Covered) -> tuple[str, ...]:
    """The lines of a file that differ, without secrets."""
    from mcreports.evidence.configuration.difference import difference

    sides, path = [drift.states[side].values for side in ("baseline", "current")], one.change.path
    is_mixed = len({isinstance(values[path], str) for values in sides if path in values}) > 1
    before, after = (_shown(values[path], is_mixed=is_mixed) if path in values else None for values in sides)
    return difference(before, after)


def _shown(value: object, *, is_mixed: bool) -> str:
    """A content as text; which kind it is comes first where the other side is of another, as 5 looks like "5"."""
    told = value if isinstance(value, str) else json.dumps(value, indent=1, sort_keys=True)
    return f"{'# text' if isinstance(value, str) else '# JSON'}\n{told}" if is_mixed else told


def _change(drift: Drift, one: Covered) -> dict[str, object]:
    change, approval = one.change, None if one.approval is None else one.approval.as_dict()
    told = {key: None if approval is None else approval[key] for key in ("by", "at", "reason", "file")}
    return {
        "path": change.path, "change": change.kind, "approved_by": told["by"], "approved_at": told["at"],
        "reason": told["reason"], "note": one.note, "approval": told["file"], "before": change.before,
        "after": change.after, "diff": list(diff(drift, one)),
    }  # fmt: skip
