"""What of the settings goes to the workers: where the source is, and the paths of secrets, but no secret."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mcreports.archive.open import SCHEME
from mcreports.errors import SettingsError, UsageError
from mcreports.settings import ReportSettings

if TYPE_CHECKING:
    from mcreports.settings import Settings

PLAIN, SAFE = "tcp", "tls"
FILES = ("token_file", "password_file", "ca_file", "cert_file", "key_file")
_SECRET = re.compile(r"secret|token|password|^key$", re.IGNORECASE)


def check_address(address: str) -> str:
    """The scheduler's address; a UsageError if it is not like tcp://host:8786 or tls://host:8786."""
    scheme, _, place = address.partition("://")
    try:
        parts = urlsplit(f"//{place}")
        is_whole = bool(parts.hostname and parts.port) and place == parts.netloc and "@" not in place
    except ValueError:
        is_whole = False
    if scheme not in {PLAIN, SAFE} or not is_whole:
        msg = f"--cluster {address}: write the scheduler's address like tcp://host:8786 or tls://host:8786"
        raise UsageError(msg)
    return address


def packed(settings: Settings, address: str) -> Settings:
    """The settings of the source and the archive, paths made absolute; secrets that would be readable are refused.

    A token or a password in a file is read by the worker itself, from a file of the same path.
    """
    if not address.startswith(f"{SAFE}://"):
        _refuse_secrets(settings, address)
    source = settings.source
    paths = {name: Path(path).absolute() for name in FILES if (path := getattr(source, name)) is not None}
    url = source.url.strip()
    if url.lower().startswith(SCHEME) and "://" not in url:
        url = f"{SCHEME}{Path(url[len(SCHEME) :]).absolute()}"
    changes = {
        "source": source.model_copy(update={**paths, "url": url}),
        "report": ReportSettings(),
        "tenants": {},
        "thresholds": {},
        "metrics": {},
    }
    return settings.model_copy(update=changes)


def _refuse_secrets(settings: Settings, address: str) -> None:
    ways = {
        "a user in source.url": "@" in urlsplit(settings.source.url).netloc,
        "source.headers": bool(settings.source.headers),
        "archive.options": any(_SECRET.search(name) for name in settings.archive.options),
    }
    found = [name for name, is_there in ways.items() if is_there]
    if found:
        msg = (
            f"{' and '.join(found)} would be sent to the workers for all to read: {address} is not encrypted; "
            "use tls://, or keep secrets in files that the workers have, too (source.token_file)"
        )
        raise SettingsError(msg)
