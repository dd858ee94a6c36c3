"""The strict session: requests' own, made safe for what prometheus-api-client asks through it."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from mcreports.errors import McreportsError, SourceError, UnreachableError
from mcreports.sources import answer as answers
from mcreports.sources.answer import AgainError, Answer, ElsewhereError
from mcreports.sources.wire import DeadlineAdapter, TornError, read_body

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from requests.adapters import BaseAdapter

    from mcreports.sources.access import Access

CONNECT = 10.0  # seconds for one address to take the call
PAUSES = (0.25, 10.0)  # the first wait between two tries, which doubles, and the longest
REDIRECTS = 5
Judged = TypeVar("Judged")


class CheckedResponse(requests.Response):
    """An answer that was read and checked whole; ``json()`` gives what was checked."""

    def __init__(self, bare: requests.Response, body: bytes, parsed: object) -> None:
        super().__init__()
        self.__dict__.update(bare.__dict__, _content=body, _content_consumed=True)
        self._parsed = parsed

    def json(self, **_options: object) -> Any:  # noqa: ANN401 - JSON
        """The parsed body."""
        return self._parsed


class StrictSession(requests.Session):
    """One errand to one server: every answer through it is whole, in time, and says success.

    The clock of ``source.deadline`` starts when the session is made, and retries, waits and bodies
    all run on it. ``errand`` names the metric and the period for the errors; ``wants`` is the
    resultType that a query must answer with, None where there is none.
    """

    def __init__(self, access: Access, errand: str, wants: str | None = None) -> None:
        self._access, self._errand, self._wants = access, errand, wants
        self._started = time.monotonic()
        self._ends_at = self._started + access.settings.deadline
        self._adapter = DeadlineAdapter(self._ends_at)
        super().__init__()
        self.trust_env = False
        self.verify, self.cert = access.verify(), access.certificate()
        # Prometheus packs an answer in twice the time that it takes to make it; source.headers may ask for gzip.
        self.headers.update({"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "mcreports"})
        self.server_time: datetime | None = None

    def mount(self, prefix: str | bytes, adapter: BaseAdapter) -> None:  # noqa: ARG002 - prometheus-api-client brings its own, which retries without end
        """Every address gets the strict adapter, whatever adapter is brought."""
        super().mount(prefix, self._adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - followed below, where they are judged
        """No redirect is followed behind our back."""
        return

    def request(  # type: ignore[override]
        self,
        method: str | bytes,
        url: str | bytes,
        **options: Any,  # noqa: ANN401 - as requests has it
    ) -> requests.Response:
        """The checked answer to a GET or a POST; its parameters travel in the body of a POST."""
        parameters = {**(options.get("params") or {}), "partial_response": "false", "nocache": "1"}
        where = {"data" if method == "POST" else "params": parameters}
        outgoing = requests.Request(str(method), str(url), **where)
        return self._try(outgoing, lambda answer: answers.read(answer, self._wants))

    def call(self, outgoing: requests.Request, judge: Callable[[Answer], Judged]) -> Judged:
        """What ``judge`` makes of the whole answer; a judge that raises an AgainError gets another one, in time."""
        judged: Judged = self._try(outgoing, judge).json()
        return judged

    def deliver(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """POST bytes that the server takes with any 2xx."""
        self._try(requests.Request("POST", url, data=body, headers=dict(headers)), _accepted)

    def _try(self, outgoing: requests.Request, judge: Callable[[Answer], object]) -> requests.Response:
        own = self._access.headers()
        outgoing.headers = {**outgoing.headers, **own}
        before: list[str] = []
        tries = Retrying(
            retry=retry_if_exception_type(AgainError), stop=self._is_over, wait=_pause, reraise=True,
            before_sleep=lambda state: before.append(str(state.outcome and state.outcome.exception())),
        )  # fmt: skip
        try:
            return tries(self._exchange, outgoing, judge)
        except AgainError as error:
            after = f"tries: {tries.statistics['attempt_number']} in {time.monotonic() - self._started:.1f} s"
            # the deadline may have cut off the last try, which then knows less than the one before it
            said = "; then ".join(dict.fromkeys((*before[-1:], str(error))))
            reason = f"{said} ({after}; source.deadline is {self._access.settings.deadline:g} s)"
            raise error.kind(self._sentence(reason, own)) from None  # its chain would show the query and the headers
        except McreportsError as error:
            raise type(error)(self._sentence(str(error), own)) from None

    def _sentence(self, reason: str, own: dict[str, str]) -> str:
        return f"{self._access.shown}: {self._errand}: {self._access.scrub(reason, own)}"

    def _is_over(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome is not None else None
        tries = error.tries if isinstance(error, AgainError) else 1
        return state.attempt_number >= tries or time.monotonic() + state.upcoming_sleep >= self._ends_at

    def _exchange(self, outgoing: requests.Request, judge: Callable[[Answer], object]) -> requests.Response:
        try:
            prepared = self.prepare_request(outgoing)
            for _ in range(REDIRECTS + 1):
                bare = self._send(prepared)
                body = read_body(bare, int(self._access.settings.max_mb * 1e6))
                target = bare.headers.get("Location")
                if not 300 <= bare.status_code < 400 or target is None:  # noqa: PLR2004
                    break
                prepared.url = self._same_host(prepared.url, target)
            else:
                msg = f"redirects in a loop (more than {REDIRECTS} times)"
                raise UnreachableError(msg)
        except TornError as error:
            raise AgainError(str(error)) from error
        except UnicodeEncodeError as error:
            raise SourceError("the request holds half a character (a lone surrogate)") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise self._transport_error(error) from error
        answer = Answer(bare.status_code, bare.headers, body)
        self.server_time = _date(bare.headers.get("Date"))
        answers.refuse_status(answer, self._access.origin)
        return CheckedResponse(bare, body, judge(answer))

    def _send(self, prepared: requests.PreparedRequest) -> requests.Response:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise AgainError("the deadline has passed")
        return self.send(
            prepared, stream=True, allow_redirects=False, timeout=(min(CONNECT, left), left),
            verify=self.verify, cert=self.cert, proxies={},
        )  # fmt: skip

    def _same_host(self, url: str | None, target: str) -> str:
        there = urljoin(str(url), target)
        old, new = urlsplit(str(url)), urlsplit(there)
        if (old.scheme, old.netloc) != (new.scheme, new.netloc):
            place = f"{new.scheme}://{new.netloc.rpartition('@')[2]}"
            msg = f"redirects to another host, {place}, which must not see this tenant's headers; name it in source.url"
            raise ElsewhereError(msg)
        return there

    def _transport_error(self, error: Exception) -> Exception:
        cause = _root(error)
        tls = (requests.exceptions.SSLError, urllib3.exceptions.SSLError)
        if isinstance(error, tls):
            return UnreachableError(f"the TLS connection is refused: {cause}; is source.ca_file right?")
        if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader)):
            return SourceError("the request cannot be written as HTTP")
        if isinstance(cause, (TimeoutError, urllib3.exceptions.TimeoutError)):
            return AgainError(f"no whole answer in time ({type(error).__name__})")
        return AgainError(f"{cause}" or type(cause).__name__)


def _accepted(answer: Answer) -> None:
    if not 200 <= answer.status < 300:  # noqa: PLR2004
        answers.refuse_passing(answer)
        msg = f"HTTP {answer.status}: {answer.words}"
        raise SourceError(msg)


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    told = error.wait if isinstance(error, AgainError) else 0.0
    first, longest = PAUSES
    return max(told, min(first * 2.0 ** (state.attempt_number - 1), longest))


def _date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _root(error: BaseException) -> BaseException:
    """The innermost cause: the words of the operating system, not the query's address."""
    seen = {id(error)}
    inner = error.__cause__ or error.__context__
    while inner is not None and id(inner) not in seen:
        seen.add(id(inner))
        error, inner = inner, inner.__cause__ or inner.__context__
    return error
