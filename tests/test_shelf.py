from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from mcreports.errors import DataError
from mcreports.shelf import NEAR, Shelf

if TYPE_CHECKING:
    from pathlib import Path


def test_a_table_comes_back_as_it_was_put(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "metric")
    for number in range(NEAR + 2):
        shelf[f"t{number}"] = pd.DataFrame({"value": [float(number)]})
    assert [shelf[name]["value"].item() for name in shelf] == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        Shelf(tmp_path / folder, "metric")["t"] = pd.DataFrame({"value": [1.5], "tenant": ["x"]})
    files = [(tmp_path / folder / "metric.t.parquet").read_bytes() for folder in ("a", "b")]
    assert files[0] == files[1]


def test_a_torn_or_shortened_table_is_named(tmp_path: Path) -> None:
    Shelf(tmp_path, "metric")["t"] = pd.DataFrame({"value": [1.0, 2.0]})
    with pytest.raises(DataError, match="has 2 rows"):
        Shelf(tmp_path, "metric", {"t": 3})["t"]
    (tmp_path / "metric.t.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"metric\.t\.parquet"):
        Shelf(tmp_path, "metric", {"t": 2})["t"]


def test_half_a_character_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="lone surrogate"):
        Shelf(tmp_path, "metric")["t"] = pd.DataFrame({"tenant": ["\ud800"]}, dtype=object)
