"""Archives on every kind of store."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from moto.server import ThreadedMotoServer

from mcreports.archive.archive import Archive
from mcreports.archive.remote import store_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package, and these share archive_play


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    requests.put(f"{url}/bucket", timeout=30).raise_for_status()
    yield url
    server.stop()


@pytest.fixture(params=["local", "memory", "s3"])
def new_archive(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Archive]:
    """Opens the test's own archive, anew every time, as another process would."""
    name = uuid.uuid4().hex
    options: dict[str, Any] = {}
    if request.param == "local":
        url = str(tmp_path / "archive")
    elif request.param == "memory":
        url = f"memory://{name}/archive"
    else:
        url = f"s3://bucket/{name}/archive"
        options = {"endpoint_url": request.getfixturevalue("s3_endpoint"), "key": "a", "secret": "b"}
    return lambda: Archive(store_of(url, options))


@pytest.fixture
def local_archive(tmp_path: Path) -> Archive:
    return Archive(store_of(str(tmp_path / "archive"), {}))
