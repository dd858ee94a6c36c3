"""From settings to an archive, and to a source: ``archive:PATH``, a server with its archive, or what needs none."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from mcreports.archive.archive import Archive
from mcreports.archive.records import Owner
from mcreports.archive.remote import store_of
from mcreports.archive.sources import ArchivedSource, ArchiveSource
from mcreports.archive.sync import Puller
from mcreports.errors import UsageError
from mcreports.sources.access import Access
from mcreports.sources.open import open_source as open_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mcreports.settings import ArchiveSettings, Settings, SourceSettings
    from mcreports.sources import Source

SCHEME = "archive:"
SERVERS = ("http:", "https:")


def open_archive(settings: ArchiveSettings, url: str | None = None) -> Archive:
    """The archive that the settings, or a URL, name; nothing is touched yet."""
    return Archive(store_of(settings.url if url is None else url, settings.options))


def open_source(settings: Settings, now: datetime, *, is_kept: bool = False) -> Source:
    """The source that ``source.url`` names, an archive too; with ``is_kept`` a server's answers are archived.

    The demo is never archived, and nothing is where ``archive.enabled`` is false.
    """
    url = settings.source.url.strip()
    if url.lower().startswith(SCHEME):
        source = ArchiveSource(open_archive(settings.archive, url[len(SCHEME) :]).still(), now)
        _ = source.info  # an archive that is not there is the first thing to say
        return source
    server = open_server(settings.source, now)
    if not (is_kept and settings.archive.enabled and url.lower().startswith(SERVERS)):
        return server
    return ArchivedSource(puller_of(settings, now, server))


def puller_of(
    settings: Settings, now: datetime, server: Source | None = None, tell: Callable[[str], None] = lambda _: None
) -> Puller:
    """Who fills the archive of the settings from their server; a source that is no server is a UsageError."""
    if not settings.source.url.strip().lower().startswith(SERVERS):
        scheme = settings.source.url.partition(":")[0]
        msg = f"only a server is archived, not {scheme}: its address begins with http:// or https:// (--source)"
        raise UsageError(msg)
    server = server or open_server(settings.source, now)
    owner = owner_of(settings.source, "prometheus")
    return Puller(open_archive(settings.archive), server, owner, now, settings.report.settle, tell)


def owner_of(settings: SourceSettings, kind: str) -> Owner:
    """Whose samples a server's are: its address without credentials, and as whom it is asked.

    A tenant that hangs on a bearer token alone cannot be told from another: a new token is no new tenant.
    """
    access = Access.of(settings)
    user = settings.username or (access.user[0] if access.user is not None else None)
    named = {name.lower(): value for name, value in settings.headers.items() if name.lower() != "authorization"}
    text = json.dumps(named, sort_keys=True)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if named else None
    return Owner(kind, access.url, settings.org_id, user, digest)
