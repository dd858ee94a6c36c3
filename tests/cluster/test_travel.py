"""What is sent to workers: the way to secrets, never a secret."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mcreports.cluster.crew import crew
from mcreports.cluster.job import Job, refuse_version
from mcreports.cluster.travel import check_address, packed
from mcreports.errors import SettingsError, UsageError
from mcreports.metrics import CATALOGUE
from mcreports.settings import ArchiveSettings, ReportSettings, Settings, SourceSettings, TenantSettings

PLAIN, SAFE = "tcp://scheduler:8786", "tls://scheduler:8786"
NOW = datetime(2025, 11, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize("address", [PLAIN, SAFE, "tcp://127.0.0.1:8786", "tcp://[::1]:8786"])
def test_a_schedulers_address_is_taken(address: str) -> None:
    assert check_address(address) == address


@pytest.mark.parametrize(
    "address",
    ["", "scheduler", "scheduler:8786", "http://scheduler:8786", "tcp://", "tcp://scheduler", "tcp://:8786",
     "tcp://scheduler:port", "tcp://scheduler:99999", "tcp://user@scheduler:8786", "tcp://scheduler:8786/x", "inproc://1"],
)  # fmt: skip
def test_another_address_is_refused_with_one_to_go_by(address: str) -> None:
    with pytest.raises(UsageError, match="write the scheduler's address like tcp://host:8786"):
        check_address(address)


@pytest.mark.parametrize(
    ("own", "named"),
    [
        ({"source": SourceSettings(url="http://me:hush-hush@host:9090")}, "a user in source.url"),
        ({"source": SourceSettings(url="http://host", headers={"X-Key": "hush-hush"})}, "source.headers"),
        ({"archive": ArchiveSettings(options={"secret": "hush-hush"})}, "archive.options"),
        ({"archive": ArchiveSettings(options={"aws_session_TOKEN": "hush-hush"})}, "archive.options"),
    ],
)
def test_a_secret_is_sent_over_an_encrypted_connection_or_not_at_all(own: dict[str, Any], named: str) -> None:
    settings = Settings(**own)
    with pytest.raises(SettingsError, match=f"{named} would be sent") as refused:
        packed(settings, PLAIN)
    assert "hush" not in str(refused.value)
    assert b"hush-hush" in pickle.dumps(packed(settings, SAFE))


def test_a_secret_in_a_file_stays_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("token").write_text("hush-hush", encoding="utf-8")
    sent = packed(Settings(source=SourceSettings(url="http://host", token_file=Path("token"))), PLAIN)
    assert sent.source.token_file == tmp_path / "token"
    assert b"hush-hush" not in pickle.dumps(sent)


def test_an_archive_is_named_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sent = packed(Settings(source=SourceSettings(url="archive:kept")), PLAIN)
    assert sent.source.url == f"archive:{tmp_path}/kept"
    remote = packed(Settings(source=SourceSettings(url="archive:s3://bucket/kept")), PLAIN)
    assert remote.source.url == "archive:s3://bucket/kept"


def test_what_a_thousand_tenants_are_set_to_is_not_sent_with_every_piece() -> None:
    many = {f"T{number}": TenantSettings(owner="somebody") for number in range(1000)}
    settings = Settings(tenants=many, report=ReportSettings(tenants=tuple(many)))
    assert len(pickle.dumps(packed(settings, PLAIN))) < 5_000


def test_a_job_shows_no_settings_in_a_workers_log() -> None:
    settings = packed(Settings(source=SourceSettings(url="http://me:hush-hush@host", headers={"X": "hush"})), SAFE)
    assert "hush" not in repr(Job("one", settings, NOW, CATALOGUE))


def test_a_worker_that_came_later_with_another_version_refuses_the_work() -> None:
    with pytest.raises(UsageError, match=r"the report is made by 0\.0\.9"):
        refuse_version(Job("one", Settings(), NOW, CATALOGUE, version="0.0.9"))


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'mcreports\[cluster\]'"), crew(PLAIN):
        pass


def test_dask_is_loaded_only_for_a_cluster() -> None:
    code = "import sys, mcreports.cluster.gather, mcreports.cli.report; print({'distributed', 'dask'} & {*sys.modules})"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
