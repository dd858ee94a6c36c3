"""Faults of bundles: each by a name that others can look for, the file that it is about, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass

# what can be wrong with a bundle or an archive, as docs/evidence.md explains it
NAMES = (
    "malformed", "too large", "zip bomb", "unsafe name", "duplicate", "link", "encrypted", "hidden bytes",
    "edited", "dropped", "added", "bad signature", "unknown key", "key inside", "retired key",
    "not yet", "replayed", "chain broken",
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: its name, the file that it is about, what is wrong in a sentence's end."""

    name: str
    file: str
    text: str

    def __str__(self) -> str:
        """The fault on one line."""
        return f"{self.name}: {' '.join(filter(None, [self.file, self.text]))}"

    def as_dict(self) -> dict[str, str]:
        """The fault as JSON carries it."""
        return {"name": self.name, "file": self.file, "text": self.text}
