"""Every error this package raises, and the exit code that the command line gives it.

McreportsError            1   our fault, or data that contradict themselves
├── UsageError            2   a period, a tenant or an option that cannot be
│   └── SettingsError     2   a key, a value or a credential that is wrong
├── SourceError           1   the source answered, and the answer cannot be used
│   └── UnreachableError  75  the source did not answer in time: try again
├── DataError             1   samples or evidence contradict themselves
├── EvidenceError         1   an evidence file cannot be read
├── ArchiveError          1   the archive's files could not be read or written
├── RunError              1   a notebook did not come to its own end
└── PublishError          1   a run could not be published; the last one stays
"""

from __future__ import annotations


class McreportsError(Exception):
    """The root: its text says what happened, where, and what to do."""

    exit_code = 1


class UsageError(McreportsError):
    """What was asked for cannot be: a period, a tenant, an option."""

    exit_code = 2


class SettingsError(UsageError):
    """A setting is unknown, malformed or refused by the other side."""


class SourceError(McreportsError):
    """The source answered, but the answer is an error or cannot be trusted."""


class UnreachableError(SourceError):
    """The source gave no whole answer before the deadline; later may be better."""

    exit_code = 75


class DataError(McreportsError):
    """Samples contradict themselves, so no figure can rest on them."""


class EvidenceError(McreportsError):
    """An evidence file is truncated, malformed or somebody else's."""


class ArchiveError(McreportsError):
    """A file of the archive could not be listed, read or written; what was archived before stands."""


class RunError(McreportsError):
    """A notebook died, was stopped, or did not hand over its closing figures."""


class PublishError(McreportsError):
    """A run could not be published whole; what was published before stands."""
