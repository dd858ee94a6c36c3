"""Directory names for tenants of any name: readable, harmless, and never the same for two."""

from __future__ import annotations

import re
from base64 import b32encode
from hashlib import sha256
from unicodedata import normalize

READABLE = 32
UNIQUE = 20


def slug(*names: str) -> str:
    """A directory name of [a-z0-9-] for one tenant, or for a set of tenants in any order.

    >>> slug("TENANT_001")
    'tenant-001-dzqhptuv2msqjco5em3d'
    >>> slug("a", "b") == slug("b", "a"), slug("a") == slug("A")
    (True, False)
    """
    distinct = sorted(set(names))
    encoded = [name.encode("utf-8", "surrogatepass") for name in distinct]
    # Lengths keep ["ab"] apart from ["a", "b"]; case and normal form stay part of what is hashed.
    digest = sha256(b"".join(b"%d:%b" % (len(name), name) for name in encoded)).digest()
    unique = b32encode(digest).decode("ascii").lower()[:UNIQUE]
    plain = normalize("NFKD", distinct[0] if distinct else "").lower()
    readable = "-".join(re.findall("[a-z0-9]+", plain))[:READABLE].strip("-")
    more = f"and-{len(distinct) - 1}-more" if len(distinct) > 1 else ""
    return "-".join(part for part in (readable, more, unique) if part)
