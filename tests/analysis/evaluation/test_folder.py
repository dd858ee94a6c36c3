"""Folders of labelled series: read back as written, and every fault named by file and line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mcreports.analysis.evaluation.folder import read, write
from mcreports.analysis.evaluation.labelled import corpus
from mcreports.errors import UsageError

ROWS = "timestamp,value\n2025-01-01 00:00:00,1\n2025-01-01 00:05:00,2\n2025-01-01 00:10:00,3\n"


def folder(root: Path, text: str | bytes = ROWS, labels: object = None) -> Path:
    (root / "data" / "a").mkdir(parents=True)
    (root / "labels").mkdir()
    (root / "data" / "a" / "b.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    wanted = {"a/b.csv": []} if labels is None else labels
    (root / "labels" / "combined_windows.json").write_text(wanted if isinstance(wanted, str) else json.dumps(wanted))
    return root


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    written = corpus(3, 9)
    write(written, tmp_path)
    found = read(tmp_path)
    assert [one.name for one in found.series] == sorted(one.name for one in written)
    for one, other in zip(found.series, sorted(written, key=lambda one: one.name), strict=True):
        assert one.windows == other.windows
        assert np.array_equal(one.ts, other.ts)
        assert np.array_equal(one.values, other.values)


def test_a_window_is_the_rows_from_its_first_to_its_last_instant(tmp_path: Path) -> None:
    labels = {"a/b.csv": [["2025-01-01 00:05:00.000000", "2025-01-01T00:10:00Z"]]}
    (one,) = read(folder(tmp_path, labels=labels)).series
    assert (one.name, one.windows) == ("a/b.csv", ((1, 3),))


def test_quotes_around_fields_are_no_part_of_them(tmp_path: Path) -> None:
    lines = (",".join(f'"{field}"' for field in line.split(",")) for line in ROWS.splitlines())
    (one,) = read(folder(tmp_path, "\r\n".join(lines))).series
    assert one.values.tolist() == [1, 2, 3]


def test_csv_files_may_lie_beside_the_labels_and_the_only_file_of_windows_may_have_any_name(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(ROWS)
    (tmp_path / "my_windows.json").write_text('{"b.csv": []}')
    assert [one.name for one in read(tmp_path).series] == ["b.csv"]


def test_gaps_and_instants_that_are_not_new_are_noted_with_their_line(tmp_path: Path) -> None:
    text = ROWS + "2025-01-01 00:10:00,4\n2025-01-01 00:15:00,\n2025-01-01 00:20:00,NaN\n2025-01-01 00:02:00,5\n"
    found = read(folder(tmp_path, text))
    assert np.isnan(found.series[0].values).sum() == 2
    assert found.notes == (
        "a/b.csv: rows that are not later than all before them are not shown to detectors: 2, the first in line 5",
        "a/b.csv: rows without a value are gaps: 2, the first in line 6",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ROWS + "yesterday,4\n", "a/b.csv: line 5 has 'yesterday', which is no instant"),
        (ROWS + "\n\n2025-01-02,5\n", "a/b.csv: line 5 has '', which is no instant; so have 2 lines"),
        (ROWS + "2025-01-02,five\n", "a/b.csv: line 5 has 'five', which is no number"),
        (ROWS + "2025-01-02,inf\n", "a/b.csv: line 5 has 'inf', which is no number"),
        (ROWS + "2025-01-02,1e999\n", "a/b.csv: line 5 has '1e999', which is no number"),
        (ROWS + "2025-01-02,4,5\n", "Expected 2 fields in line 5, saw 3"),
        ("timestamp,value\n2025-01-01,1,2\n", "a/b.csv: line 2 has more fields than line 1 names"),
        ("time,value\n2025-01-01,1\n", "a/b.csv: line 1 names no column timestamp"),
        ("timestamp,value\n", "a/b.csv: has no rows"),
        ("", "a/b.csv: is not a CSV file"),
        (b"\xff\xfe\x00\x01", "a/b.csv: is not a CSV file"),
    ],
)
def test_a_csv_that_cannot_be_used_is_named_with_the_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(UsageError) as error:
        read(folder(tmp_path, text))
    assert said in str(error.value)


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"a/b.csv": [["2025-01-01", "2025-01-09"]]}, "a/b.csv: the window 2025-01-01 to 2025-01-09 is not within"),
        ({"a/b.csv": [["2025-01-01 00:06", "2025-01-01 00:07"]]}, "a/b.csv: no row lies in the window"),
        ({"a/b.csv": [["2025-01-01 00:05", "2025-01-01 00:00"]]}, "ends before it starts"),
        ({"a/b.csv": [["2025-01-01 00:00", "2025-01-01 00:05"]] * 2}, "overlaps the one before it"),
        ({"a/b.csv": [["2025-01-01 00:00"]]}, 'is not ["start", "end"]'),
        ({"a/b.csv": [["soon", "2025-01-01 00:00"]]}, "'soon', which is no instant"),
        ({"a/b.csv": 5}, "has no list of windows"),
        ({"a/b.csv": [], "c.csv": []}, "names 'c.csv', and there is no such file"),
        ({"a/b.csv": [], "../../secret.csv": []}, "names '../../secret.csv', and there is no such file"),
        ({}, "does not name 'a/b.csv'; give it []"),
        ([], "is not an object of files and their windows"),
        ('{"a/b.csv": [], "a/b.csv": []}', "a key is there twice"),
        ('{"a/b.csv": [', "is not JSON that can be used"),
        (DEEP, "is not JSON that can be used"),
    ],
    ids=range(14),
)
def test_labels_that_cannot_be_used_are_named(tmp_path: Path, labels: object, said: str) -> None:
    with pytest.raises(UsageError) as error:
        read(folder(tmp_path, labels=labels))
    assert said in str(error.value)


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    root = folder(tmp_path, ROWS + "x,y\n", {"a/b.csv": [], "c.csv": []})
    (root / "data" / "c.csv").write_text("timestamp,value\n2025-01-01,\nnever,2\n")
    with pytest.raises(UsageError) as error:
        read(root)
    assert [line.strip() for line in str(error.value).splitlines()[1:]] == [
        "a/b.csv: line 5 has 'x', which is no instant",
        "a/b.csv: line 5 has 'y', which is no number",
        "c.csv: line 3 has 'never', which is no instant",
    ]


def test_a_folder_without_files_of_windows_or_with_several_says_where_to_put_them(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no file of windows; put them in labels/combined_windows\.json"):
        read(tmp_path)
    for name in ("a_windows.json", "b_windows.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(UsageError, match=r"several: a_windows\.json, b_windows\.json"):
        read(tmp_path)
    with pytest.raises(UsageError, match="is no directory"):
        read(tmp_path / "nowhere")


def test_a_folder_without_series_is_refused(tmp_path: Path) -> None:
    (tmp_path / "windows.json").write_text("{}")
    with pytest.raises(UsageError, match="there is no CSV file"):
        read(tmp_path)
