from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from mcreports import rowgroups, samples
from mcreports.errors import DataError
from mcreports.metrics import CATALOGUE
from mcreports.shelf import Shelf

if TYPE_CHECKING:
    from pathlib import Path

COST = CATALOGUE["budget.cost"]
NAMES = ("", "A", "B\u0301", "a", "a b", "z", "é", "\U0001f600")


def table(tenants: list[str], rows: int) -> pd.DataFrame:
    ts = np.arange(rows, dtype=np.int64) * 60_000
    series = [((name, driver), ts, ts / 7 + len(name.encode())) for name in tenants for driver in ("y", "x")]
    return samples.tabulate(COST, series)


def same(one: pd.DataFrame, two: pd.DataFrame) -> None:
    assert_frame_equal(one, two, check_categorical=False, check_dtype=False)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rowgroups, "ENOUGH", 10)


@given(st.sets(st.sampled_from(NAMES), min_size=1), st.integers(0, 7), st.lists(st.integers(0, 8), max_size=4))
def test_how_a_table_comes_in_pieces_leaves_no_trace(
    tmp_path_factory: pytest.TempPathFactory, names: set[str], rows: int, cuts: list[int]
) -> None:
    tenants, folder = sorted(names), tmp_path_factory.mktemp("rows")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rowgroups, "ENOUGH", 10)
        edges = [0, *sorted(min(cut, len(tenants)) for cut in cuts), len(tenants)]
        pieces = [table(tenants[a:b], rows) for a, b in pairwise(edges)]
        rowgroups.write(folder / "whole", [table(tenants, rows)])
        rowgroups.write(folder / "pieces", pieces)
    assert (folder / "whole").read_bytes() == (folder / "pieces").read_bytes()
    same(rowgroups.read(folder / "pieces"), table(tenants, rows))
    same(rowgroups.join(pieces), table(tenants, rows))


def test_every_part_has_all_rows_of_its_tenants(tmp_path: Path, short: None) -> None:
    whole = table(list("abcdefg"), 3)
    rowgroups.write(tmp_path / "t", [whole])
    parts = list(rowgroups.parts(tmp_path / "t"))
    assert [sorted(part["tenant"].unique()) for part in parts] == [["a", "b"], ["c", "d"], ["e", "f"], ["g"]]
    same(rowgroups.join(parts), whole)


def test_a_tenant_is_found_without_reading_the_others(tmp_path: Path, short: None) -> None:
    shelf = Shelf(tmp_path, "metric")
    shelf["t"] = table(list("abcdefg"), 3)
    assert rowgroups.groups_of(tmp_path / "metric.t.parquet", "e") == [2]
    same(shelf.lot("t", "e").reset_index(drop=True), table(["e"], 3))
    assert shelf.lot("t", "nobody").empty


def test_the_first_and_the_last_instant_are_read_from_the_statistics(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "metric")
    shelf["t"], shelf["none"] = table(["a"], 3), samples.empty(COST)
    assert shelf.reach("t") == (datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, 0, 2, tzinfo=UTC))
    assert shelf.reach("none") == (None, None)


def test_a_torn_or_shortened_file_is_named_whichever_way_it_is_read(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "metric")
    shelf["t"] = table(["a"], 3)
    shelf.rows["t"] = 7
    with pytest.raises(DataError, match=r"metric\.t\.parquet: has 6 rows, the snapshot was written with 7"):
        list(shelf.parts("t"))
    file = tmp_path / "metric.t.parquet"
    file.write_bytes(file.read_bytes()[:-9])
    for read in (lambda: list(shelf.parts("t")), lambda: shelf.lot("t", "a"), lambda: shelf.reach("t")):
        with pytest.raises(DataError, match=r"metric\.t\.parquet: the snapshot's table cannot be read"):
            read()
