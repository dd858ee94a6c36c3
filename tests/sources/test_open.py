"""From ``--source`` to a source."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mcreports.errors import UsageError
from mcreports.settings import SourceSettings
from mcreports.sources.open import open_source

NOW = datetime(2025, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "kind"), [("http://nowhere.invalid", "PrometheusSource"), ("demo://?seed=7", "DemoSource")]
)
def test_the_scheme_decides_and_nothing_is_asked(url, kind):
    assert type(open_source(SourceSettings(url=url), NOW)).__name__ == kind


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x", "prometheus", "", "gopher://x"])
def test_an_unknown_scheme_names_the_known_ones(url):
    with pytest.raises(UsageError, match="demo, http, https, archive"):
        open_source(SourceSettings(url=url), NOW)


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest", "https://x?token=1", "http://"])
def test_an_address_that_may_not_be_asked_is_refused_at_once(url):
    with pytest.raises(UsageError):
        open_source(SourceSettings(url=url), NOW)
