"""What the egress section refuses as soon as it is read, by key and line, before anything is asked or cut off."""

from __future__ import annotations

import json

import pytest

from mcreports.errors import SettingsError
from mcreports.settings import load


@pytest.fixture
def read(tmp_path):
    """Reads a settings file with the egress section that is given."""

    def run(text):
        (tmp_path / "mcreports.toml").write_text(f"[egress]\n{text}\n")
        return load(tmp_path / "mcreports.toml").egress

    return run


def test_an_address_loses_its_last_slash(read):
    own = read('entry = "https://egress.example/way/"\nprimary.url = "http://a.example:8080/"')
    assert (own.entry, own.primary.url) == ("https://egress.example/way", "http://a.example:8080")


@pytest.mark.parametrize("key", ["entry", "primary.url", "secondary.url"])
@pytest.mark.parametrize(
    "text",
    [
        "http://169.254.169.254", "http://2852039166", "http://[fd00:ec2::254]", "http://[::ffff:169.254.169.254]",
        "file:///etc/passwd", "ftp://gateway", "gateway:8080", "http://", "http://a b", "http://user:hunter2@gateway",
        "http://user:hunter2@gate way", "http://gateway?x=1", "http://gateway:99999", "http://gateway\\@evil",
        "http://gateway\n",
    ],
)  # fmt: skip
def test_a_gateway_that_is_no_plain_http_address_is_refused(read, key, text):
    with pytest.raises(SettingsError, match=rf"line 2: egress\.{key}: ") as refused:
        read(f"{key} = {json.dumps(text)}")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("text", ["169.254.169.254:80", "api.example.com", "ftp://api.example.com", ":443", "a b:1"])
def test_a_provider_that_cannot_be_tried_is_refused(read, text):
    with pytest.raises(SettingsError, match=r"egress\.providers\.1: "):
        read(f'providers = ["api.example.com:443", "{text}"]')


@pytest.mark.parametrize("key", ["routes", "primary.health"])
@pytest.mark.parametrize(
    "text", ["", "health", "@evil.example/", ".evil.example/", ":81/", "/a b", "/a#b", "/a\r\nX: y"]
)
def test_a_path_that_would_lead_elsewhere_is_refused(read, key, text):
    value = json.dumps([text] if key == "routes" else text)
    with pytest.raises(SettingsError, match=rf"egress\.{key}.*is not a path"):
        read(f'primary.url = "http://a"\n{key} = {value}')


@pytest.mark.parametrize(
    "text",
    ["10.0.0.0/24", "10.0.0.0/8", "10.0.0.0/33:80", "10.0.0.0:80", "10.0.0.0/8:0", "10.0.0.0/8:70000",
     "10.0.0.0/8:9-8", "10.0.0.0/255.0.0.0:80", "10.0.0.0/8:80/ICMP", "10.0.0.0/8:*-9", ":80", "kube_system:53",
     "x/y:53"],
)  # fmt: skip
def test_an_allowance_that_means_nothing_is_refused(read, text):
    with pytest.raises(SettingsError, match=r"egress\.allowed\.0: .*write it like"):
        read(f'allowed = ["{text}"]')


@pytest.mark.parametrize("key", ["timeout", "latency_ms", "failover"])
@pytest.mark.parametrize("value", ["inf", "nan", "1e300", "0", "-1"])
def test_a_time_without_an_end_is_refused(read, key, value):
    with pytest.raises(SettingsError, match=rf"line 2: egress\.{key}: "):
        read(f"{key} = {value}")


@pytest.mark.parametrize("entry", ["http://a.example", "http://A.example.:80/", "http://b.example:8080"])
def test_an_entry_that_is_a_gateway_itself_is_refused(read, entry):
    with pytest.raises(SettingsError, match=r"egress\.entry is the (primary|secondary) gateway's own address"):
        read(f'entry = "{entry}"\nprimary.url = "http://a.example"\nsecondary.url = "http://b.example:8080"')


def test_gateways_that_are_one_are_refused(read):
    with pytest.raises(SettingsError, match=r"egress\.secondary\.url is the primary's"):
        read('primary.url = "https://a.example"\nsecondary.url = "https://A.example:443/"')


def test_an_entry_on_another_path_of_the_same_server_is_another_address(read):
    assert (
        read('entry = "http://a/in"\nprimary.url = "http://a/one"\nsecondary.url = "http://a/two"').entry
        == "http://a/in"
    )
