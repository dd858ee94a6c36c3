"""What evidence says of itself, and what speaks against it: files of some kinds, their faults and false claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcreports.domains.details import contradiction
from mcreports.evidence.outcomes import SKEW
from mcreports.operations.readiness.finding import Piece

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    import pandas as pd

    from mcreports.operations.readiness.grounds import Grounds


def speaking(grounds: Grounds, kinds: Collection[str]) -> pd.DataFrame:
    """The files of some kinds that are of the last days, and not of the future."""
    files = grounds.tables["files"]
    return files[files["kind"].isin(kinds) & files["ts"].between(grounds.earliest, grounds.now + SKEW)]


def against(
    tables: Mapping[str, pd.DataFrame], kinds: Collection[str], files: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is wrong with some files, a claim each, and what is doubtful about all of these kinds."""
    claims, faults = tables["claims"], tables["faults"]
    false = claims[claims["file"].isin(files) & ~claims["holds"]]
    known = tables["files"]
    own = set(known.loc[known["kind"].isin(kinds), "file"]) | set(files)
    broken = faults[faults["kind"].isin(kinds) | faults["file"].isin(own)]
    wrong = tuple(contradiction(claim) for claim in false.itertuples())
    return wrong, tuple(
        " ".join(filter(None, [f"{one.file}:", f"{one.field}", f"{one.text}"])) for one in broken.itertuples()
    )


def pieces(files: pd.DataFrame) -> tuple[Piece, ...]:
    """Files of evidence as what a validation rests on."""
    rows = files.sort_values("file").itertuples()
    return tuple(Piece(str(row.file), str(row.sha256), _instant(row.ts)) for row in rows)


def _instant(at: Any) -> datetime | None:  # noqa: ANN401 - a timestamp, or NaT
    return at.to_pydatetime() if at == at else None  # noqa: PLR0124 - NaT is no instant
