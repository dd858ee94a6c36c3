"""What `mcreports pull` does when the archive itself cannot be written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_an_archive_that_cannot_be_is_said_once_and_not_for_each_metric(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    words = ["pull", "--source", "http://127.0.0.1:9", "--archive", str(tmp_path / "file" / "archive")]
    line = [sys.executable, "-m", "mcreports.cli", *words]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120)
    assert done.returncode == 1
    assert done.stderr.count("a file is in the way") == 1
