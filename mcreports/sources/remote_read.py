"""Prometheus' remote read: raw samples as bytes, as compressed chunks where the server streams them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cramjam
import requests

from mcreports.errors import SourceError
from mcreports.sources.answer import LIMIT, AgainError, Answer, TooMuchError, refuse_passing
from mcreports.sources.protobuf import SAMPLES, STREAMED, read_request
from mcreports.sources.sampled import read_sampled
from mcreports.sources.streamed import read_streamed

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcreports.samples import Series
    from mcreports.sources.columns import Columns
    from mcreports.sources.http import StrictSession
    from mcreports.sources.question import Question

PATH = "/api/v1/read"
ENOUGH = 1_000_000  # samples in one answer: some 8 MB of chunks, 16 MB as columns
_HEADERS = {
    "Accept": "*/*",
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Read-Version": "0.1.0",
}
STREAM = "application/x-streamed-protobuf"
READERS: dict[str, Callable[[bytes, int], Columns]] = {
    STREAM: read_streamed,
    "application/x-protobuf": read_sampled,
}


@dataclass(frozen=True)
class RemoteRead:
    """Reads /api/v1/read; the server chooses among the accepted forms, and no answer is over ``limit`` bytes.

    ``leaves`` names the labels that are left out: the server's external ones, which no series of it has.
    """

    url: str
    limit: int
    accepted: tuple[int, ...] = (STREAMED, SAMPLES)
    leaves: frozenset[str] = frozenset()
    name = "remote read"
    path = PATH
    opening = 86_400_000
    names_at_once = 500

    @property
    def enough(self) -> int:
        """How many samples one answer should hold."""
        return min(ENOUGH, self.limit // 32)

    def read(self, session: StrictSession, question: Question) -> list[Series]:
        """Every sample in the window of the named tenants, or of all."""
        return session.call(self.request(question), lambda answer: self._columns(answer).series(question))

    def request(self, question: Question) -> requests.Request:
        """The request, its body compressed."""
        body = bytes(cramjam.snappy.compress_raw(read_request(question, self.accepted)))
        return requests.Request("POST", f"{self.url}{PATH}", data=body, headers=dict(_HEADERS))

    def _columns(self, answer: Answer) -> Columns:
        refuse_failure(answer)
        if answer.media not in READERS:
            msg = f"got {answer.media}, wanted remote read's protobuf"
            raise AgainError(msg)
        columns = READERS[answer.media](answer.body, self.limit)
        for labels in columns.labels if self.leaves else ():
            for name in self.leaves:
                labels.pop(name, None)
        return columns


def refuse_failure(answer: Answer) -> None:
    """Raise what an answer of samples that is no success says: come again, less at once, or its own words."""
    if answer.status != 200:  # noqa: PLR2004
        msg = f"HTTP {answer.status}: {answer.words}"
        refuse_passing(answer)
        if LIMIT.search(answer.words):
            raise TooMuchError(msg)
        raise SourceError(msg)
