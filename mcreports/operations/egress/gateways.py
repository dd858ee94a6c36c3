"""A gateway measured: whether it is healthy, which routes it really answers, and how long that takes."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from mcreports.operations.egress.probe import Asking, Reply, ask

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES = 5
WELL = frozenset({"ok", "healthy"})
REFUSED = frozenset({401, 403, 405})  # an answer, if it is the upstream's own


@dataclass(frozen=True)
class Probe:
    """One path asked several times: the replies, and why each that does not count does not."""

    path: str
    replies: tuple[Reply, ...]
    faults: tuple[str, ...]
    doubt: str = ""

    @property
    def good(self) -> int:
        """How many replies count."""
        return len(self.replies) - len(self.faults)

    @property
    def answered(self) -> tuple[float, ...]:
        """The milliseconds of every reply that is an answer at all."""
        return tuple(reply.ms for reply in self.replies if reply.status is not None)

    def as_dict(self) -> dict[str, object]:
        """The measurement as the kept result carries it."""
        took = self.answered
        return {
            "path": self.path,
            "tries": len(self.replies),
            "good": self.good,
            "statuses": ", ".join(sorted({str(reply.status) for reply in self.replies if reply.status is not None})),
            "p50_ms": round(median(took), 1) if took else None,
            "max_ms": round(max(took), 1) if took else None,
            "fault": next(iter(self.faults), ""),
            "doubt": self.doubt,
        }


@dataclass(frozen=True)
class Measured:
    """What was measured of one gateway."""

    url: str
    health: Probe
    routes: tuple[Probe, ...]

    @property
    def answered(self) -> tuple[float, ...]:
        """The milliseconds of every answer."""
        return tuple(ms for probe in self.probes for ms in probe.answered)

    @property
    def probes(self) -> tuple[Probe, ...]:
        """Everything that was asked."""
        return self.health, *self.routes


def measure(url: str, health: str, routes: tuple[str, ...], asking: Asking) -> Measured:
    """Ask for a gateway's health and for every route through it, some times each."""
    return Measured(url, _probe(url, health, sickness, asking), measure_routes(url, routes, asking))


def measure_routes(url: str, routes: tuple[str, ...], asking: Asking) -> tuple[Probe, ...]:
    """Every route through an address, beside a path that nobody can have configured.

    What answers that path in the same way answers everything, and proves no route.
    """
    probes = tuple(_probe(url, route, misrouting, asking) for route in routes)
    if not any(probe.good for probe in probes):
        return probes
    control = ask(f"{url}/{secrets.token_hex(8)}", asking)
    return tuple(_doubted(probe, control) for probe in probes)


def _probe(url: str, path: str, judge: Callable[[Reply], str], asking: Asking) -> Probe:
    replies: list[Reply] = []
    while len(replies) < TRIES and (not replies or replies[-1].status is not None):
        replies.append(ask(url + path, asking))  # what gave no answer once is not waited for again
    return Probe(path, tuple(replies), tuple(filter(None, map(judge, replies))))


def _doubted(probe: Probe, control: Reply) -> Probe:
    if probe.faults or not any(_is_alike(reply, control) for reply in probe.replies):
        return probe
    doubt = f"{probe.path}: HTTP {control.status} came for a path that nobody configured as well, so it proves no route"
    return Probe(probe.path, probe.replies, probe.faults, doubt)


def _is_alike(reply: Reply, control: Reply) -> bool:
    if reply.status != control.status:
        return False
    is_page = "html" in reply.media  # a login page is never the same twice
    return reply.status in REFUSED or is_page or _digest(reply) == _digest(control)


def _digest(reply: Reply) -> str:
    return hashlib.sha256(reply.body).hexdigest()


def misrouting(reply: Reply) -> str:
    """Why a reply does not show that a route leads anywhere; empty if it does.

    >>> misrouting(Reply(1, 405)), misrouting(Reply(1, 404, "text/plain"))
    ('', 'HTTP 404, text/plain')
    """
    is_answer = reply.status is not None and (200 <= reply.status < 300 or reply.status in REFUSED)  # noqa: PLR2004
    return "" if is_answer else reply.words


def sickness(reply: Reply) -> str:
    """Why a reply is no sign of health; empty for 200 with the JSON status healthy, or the word ok or healthy.

    >>> sickness(Reply(1, 200, "application/json", b'{"status": "healthy"}'))
    ''
    >>> sickness(Reply(1, 200, "text/html", b"ok"))
    'HTTP 200, text/html, which does not say healthy'
    """
    if reply.status != 200:  # noqa: PLR2004
        return reply.words
    text = reply.body.decode("utf-8", "replace").strip()
    if "html" not in reply.media and (text.lower() in WELL or _status(text) == "healthy"):
        return ""
    return f"{reply.words}, which does not say healthy"


def _status(text: str) -> object:
    try:
        body = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return body.get("status") if isinstance(body, dict) else None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key is there twice: which one is meant?")
    return made
