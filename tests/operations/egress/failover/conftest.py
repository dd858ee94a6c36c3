"""Two gateways behind an entry, and the verdicts of trying to lose them."""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import UTC, datetime

import pytest

from mcreports.operations.egress.check import check

AT = datetime(2025, 11, 3, 9, tzinfo=UTC)


@pytest.fixture
def failovers():
    def run(own, *, is_failover=True):
        outcome = check(own, AT, lambda _: None, is_failover=is_failover).outcome
        return [verdict for verdict in outcome.verdicts if verdict.check == "egress.failover"]

    return run


@pytest.fixture
def pair(gateway, entry, egress):
    """Two gateways behind an entry that fails over, and the settings that say so."""
    first, second = gateway("a"), gateway("b")

    def make(**changes):
        url = entry(first, second)
        return egress(**{"primary": first.settings(), "secondary": second.settings(), "entry": url, **changes})

    return first, second, make


@pytest.fixture
def fetched():
    """What a server gives for an address, whatever its status; an OSError if there is none."""

    def fetch(url):
        try:
            with urllib.request.urlopen(url, timeout=1) as reply:  # noqa: S310 - our own server
                return reply.status, reply.headers["Content-Type"], reply.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["Content-Type"], error.read()

    return fetch
