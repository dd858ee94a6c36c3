"""What a server's answer means: the checked JSON, or the error that its reader can act on.

The signals that a caller answers to, under the errors of the package:

    SourceError            UnreachableError       SettingsError        AgainError
    ├── TooMuchError       ├── TooLargeError      └── NotThereError    never leaves the session:
    └── PartialError       │   (of the wire)                           it is tried once more
                           └── ElsewhereError
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcreports.errors import SettingsError, SourceError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT = re.compile(r"\blimit|too many|too large|too long|maximum|exceed|cannot select more|max[SP]", re.IGNORECASE)
TIMEOUTS = frozenset({"timeout", "canceled"})
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class TooMuchError(SourceError):
    """The server refuses to read so much at once: a smaller window may do."""


class PartialError(SourceError):
    """The server itself says that its answer is not the whole truth."""


class ElsewhereError(UnreachableError):
    """The server sends to another host, which must not see what this one may."""


class NotThereError(SettingsError):
    """Nothing answers at this path."""


class AgainError(Exception):
    """What may pass by itself: what happened, how often it is worth trying, what it is in the end."""

    def __init__(
        self, reason: str, tries: int = 6, wait: float = 0.0, kind: type[SourceError] = UnreachableError
    ) -> None:
        super().__init__(reason)
        self.tries, self.wait, self.kind = tries, wait, kind


@dataclass(frozen=True)
class Answer:
    """One whole HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media(self) -> str:
        """The content type without its parameters."""
        return self.headers.get("Content-Type", "nothing").partition(";")[0].strip().lower()[:80]

    @property
    def words(self) -> str:
        """The body as text for a sentence; a page of HTML only says that it is one."""
        return f"a page of {self.media}" if "html" in self.media else self.body[:1000].decode("utf-8", "replace")


def refuse_status(answer: Answer, origin: str) -> None:
    """Raise what the status alone means: refused, not there, come again."""
    if answer.status in {401, 403}:
        msg = f"refused with HTTP {answer.status}; it was asked with {origin}; it said: {answer.words}"
        raise SettingsError(msg)
    # VictoriaMetrics answers a path it does not know with 400
    if answer.status == 404 or (answer.status == 400 and b"unsupported path" in answer.body[:1000]):  # noqa: PLR2004
        msg = f"has nothing at this path (HTTP {answer.status}); is the prefix right? it said: {answer.words}"
        raise NotThereError(msg)
    if 300 <= answer.status < 400:  # noqa: PLR2004
        msg = f"redirects (HTTP {answer.status}) without saying where to"
        raise UnreachableError(msg)


def refuse_passing(answer: Answer) -> None:
    """Raise an AgainError for what time alone may heal."""
    if answer.status in PASSING:
        told = answer.headers.get("Retry-After", "")
        raise AgainError(f"HTTP {answer.status}: {answer.words}", wait=float(told) if told.isdecimal() else 0.0)


def read(answer: Answer, wants: str | None) -> dict[str, Any]:
    """The JSON object of a successful, complete answer whose result has the type that was asked for."""
    if answer.media not in {"application/json", "application/stream+json"}:
        if answer.status == 200:  # noqa: PLR2004
            msg = f"got {answer.media}, wanted JSON" if answer.body else "got an empty body, wanted JSON"
            raise AgainError(msg)
        refuse_passing(answer)
        msg = f"HTTP {answer.status}: {answer.words}"
        raise (TooMuchError if LIMIT.search(answer.words) else SourceError)(msg)
    body = _parse(answer)
    if not isinstance(body, dict):
        msg = f"the answer is JSON {type(body).__name__}, not an object"
        raise SourceError(msg)
    if answer.status != 200 or body.get("status") != "success":  # noqa: PLR2004
        _refuse(answer, body)
    said = [str(text) for text in body.get("warnings") or ()]
    if body.get("isPartial"):
        said.append("isPartial: some storage did not answer")
    if said:
        raise PartialError("; ".join(said))
    _check_data(body.get("data"), wants)
    return body


def _refuse(answer: Answer, body: dict[str, Any]) -> None:
    kind, text = str(body.get("errorType", "")), str(body.get("error", "")) or "without saying why"
    reason = f"HTTP {answer.status}, status {body.get('status')!r}: {kind or 'error'}: {text}"
    if kind in TIMEOUTS or (answer.status not in PASSING and LIMIT.search(text)):
        raise TooMuchError(reason)
    refuse_passing(answer)
    if answer.status == 422:  # noqa: PLR2004
        raise AgainError(reason, tries=3, kind=SourceError)
    raise SourceError(reason)


def _check_data(data: object, wants: str | None) -> None:
    if data is None:
        raise SourceError("the answer's data is null")
    if wants is not None:
        if not isinstance(data, dict) or data.get("resultType") != wants:
            got = data.get("resultType") if isinstance(data, dict) else type(data).__name__
            msg = f"asked for a {wants} and got {got!r}"
            raise SourceError(msg)
        if not isinstance(data.get("result"), list):
            raise SourceError("the answer's result is not a list")


def _parse(answer: Answer) -> object:
    try:
        return json.loads(answer.body, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError as error:
        raise SourceError("the answer's JSON is nested beyond reason") from error
    except ValueError as error:
        msg = f"the JSON is cut off or malformed: {error}" if answer.body else "got an empty body, wanted JSON"
        raise AgainError(msg) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        msg = f"the answer's JSON has the key {twice[:80]!r} twice: which one is meant?"
        raise SourceError(msg)
    return made


def _no_constant(text: str) -> float:
    msg = f"the answer holds a bare {text}, which is not JSON"
    raise SourceError(msg)
