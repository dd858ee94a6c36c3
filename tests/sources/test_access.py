"""Addresses and credentials: what is sent, what is refused, and that no secret is ever told."""

from __future__ import annotations

from base64 import b64encode

import pytest

from mcreports.errors import SettingsError, UnreachableError, UsageError
from mcreports.settings import SourceSettings
from mcreports.sources.access import Access
from mcreports.sources.http import StrictSession


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "secret"
    file.write_text("s3cr3t-w0rd\n", encoding="utf-8")
    return file


def _sent(play, say, **changes):
    stage = play(say({"status": "success", "data": []}))
    with StrictSession(Access.of(stage.settings(**changes)), "m") as session:
        session.get(stage.url)
    head = stage.requests[0].partition(b"\r\n\r\n")[0].decode()
    return dict(line.split(": ", 1) for line in head.split("\r\n")[1:])


def test_a_bearer_token_is_read_from_its_file(play, say, secret):
    assert _sent(play, say, token_file=secret)["Authorization"] == "Bearer s3cr3t-w0rd"


def test_a_password_is_read_from_its_file(play, say, secret):
    sent = _sent(play, say, username="alice", password_file=secret)
    assert sent["Authorization"] == "Basic " + b64encode(b"alice:s3cr3t-w0rd").decode()


def test_headers_and_the_organisation_are_sent(play, say):
    sent = _sent(play, say, headers={"X-Api-Key": "k"}, org_id="tenant-a|tenant-b")
    assert (sent["X-Api-Key"], sent["X-Scope-OrgID"]) == ("k", "tenant-a|tenant-b")


def test_a_user_in_the_address_is_sent_and_never_shown(play, say):
    stage = play(say(b"no: s3cr3t/w0rd", 401, Content_Type="text/plain"))
    access = Access.of(stage.settings(url=stage.url.replace("//", "//alice:s3cr3t%2Fw0rd@")))
    with pytest.raises(SettingsError, match=r"http://\*\*\*@127.*user and password in source.url") as caught:
        StrictSession(access, "m").get(access.url)
    assert b"Authorization: Basic " + b64encode(b"alice:s3cr3t/w0rd") in stage.requests[0]
    assert "s3cr3t" not in f"{caught.value!r} {access!r}"


def test_secrets_that_a_server_echoes_are_masked(play, say, secret):
    basic = b64encode(b"alice:s3cr3t-w0rd").decode()
    stage = play(say(f"you sent {basic}, alice:s3cr3t-w0rd and key-12345".encode(), 503, Content_Type="text/plain"))
    settings = stage.settings(username="alice", password_file=secret, headers={"X-Api-Key": "key-12345"})
    with pytest.raises(UnreachableError, match=r"you sent \*\*\*, alice:\*\*\* and \*\*\*"):
        StrictSession(Access.of(settings), "m").get(stage.url)


def test_an_error_of_a_server_stays_on_one_line_and_short(play, say):
    stage = play(say(b"a\r\nb\x1b[31m" + b"x" * 5000, 418, Content_Type="text/plain"))
    with pytest.raises(Exception, match=r"a b \[31mx+\.\.\.$") as caught:
        StrictSession(Access.of(stage.settings()), "m").get(stage.url)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("text", ["", "\n", "two\nlines", "tab\tinside", "h\u00e9"])
def test_a_token_file_that_holds_no_token_is_named(tmp_path, text):
    file = tmp_path / "token"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=f"source.token_file {file}"):
        Access.of(SourceSettings(url="http://x", token_file=file)).headers()


def test_a_token_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SettingsError, match="gone cannot be read: No such file"):
        Access.of(SourceSettings(url="http://x", token_file=tmp_path / "gone")).headers()


def test_a_token_file_of_bytes_tells_none_of_them(tmp_path):
    file = tmp_path / "token"
    file.write_bytes(b"\xffs3cr3t")
    with pytest.raises(SettingsError, match="it is not text") as caught:
        Access.of(SourceSettings(url="http://x", token_file=file)).headers()
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "headers", [{"X\r\nHost": "a"}, {"X": "a\r\nHost: b"}, {"X": " a"}, {"X": "\u20ac"}, {"": "a"}]
)
def test_a_header_that_http_cannot_carry_is_refused(headers):
    with pytest.raises(SettingsError, match=r"source\.headers"):
        Access.of(SourceSettings(url="http://x", headers=headers)).headers()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"token_file": "t", "username": "a", "password_file": "p"}, "token_file and source.username"),
        ({"url": "http://a:b@x", "token_file": "t"}, "token_file and a user in source.url"),
        ({"headers": {"authorization": "x"}, "token_file": "t"}, "source.headers Authorization"),
        ({"username": "a"}, "source.password_file is not"),
        ({"password_file": "p"}, "source.username is not"),
        ({"key_file": "k"}, "source.cert_file is not"),
    ],
)
def test_credentials_that_compete_or_lack_a_half_are_refused(changes, words):
    with pytest.raises(SettingsError, match=words):
        Access.of(SourceSettings(**{"url": "http://x", **changes}))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://x", "http://", "http:///x", "http:x", "http://x:port", "http://x:99999", "http://[::1",
        "http://x/ y", "http://x\r\nHost: y", "http://good\\@evil", "http://x?token=s3cr3t", "http://x#s3cr3t",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_and_not_repeated(url):
    with pytest.raises(UsageError, match=r"source\.url") as caught:
        Access.of(SourceSettings(url=url))
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254", "169.254.0.1", "2852039166", "0xA9FEA9FE", "169.254.43518", "0251.0376.0251.0376",
        "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[fe80::1]", "[fd00:ec2::254]",
    ],
)  # fmt: skip
def test_a_metadata_address_is_refused_however_it_is_written(host):
    with pytest.raises(UsageError, match="metadata or link-local"):
        Access.of(SourceSettings(url=f"http://{host}/latest"))


@pytest.mark.parametrize("url", ["http://10.0.0.1:9090", "https://[::1]:9090/prometheus", "http://prometheus"])
def test_a_plain_address_is_taken_without_its_last_slash(url):
    assert Access.of(SourceSettings(url=url + "/")).url == url
