"""``mcreports egress check`` from outside: exit codes, JSON, and a result that is kept and signed."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mcreports.evidence.kept import latest
from mcreports.evidence.keys import load_keyring
from mcreports.operation_sections import EvidenceSettings
from mcreports.operations.egress.alone import alone

AT = datetime(2025, 11, 3, 9, tzinfo=UTC)
POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: "web\\u001b[2J<b>", namespace: prod}
spec:
  podSelector: {}
  egress: [{to: [{ipBlock: {cidr: 10.100.0.0/CIDR}}], ports: [{port: 8080}]}]
"""


class Gateway(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = {"/health": b'{"status": "healthy"}', "/v1/models": b"[]"}.get(self.path.removeprefix("/entry"))
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def urls():
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Gateway) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield [f"http://127.0.0.1:{server.server_port}" for server in servers]
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def settings(urls, tmp_path):
    """A settings file with everything that can be tried on one machine, and a key."""
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").touch(0o600)
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "policy.yaml").write_text(POLICY.replace("CIDR", "24"))
    (tmp_path / "mcreports.toml").write_text(
        '[evidence]\nkey_file = "key.pem"\n'
        '[egress]\nroutes = ["/v1/models"]\nproviders = ["127.0.0.1:1"]\npolicies = ["policy.yaml"]\n'
        'namespace = "prod"\nallowed = ["10.100.0.0/24:8080"]\ntimeout = 2\n'
        f'[egress.primary]\nurl = "{urls[0]}"\n[egress.secondary]\nurl = "{urls[1]}/"\n'
    )


def statuses(ran):
    return {(one["check"], *one.get("labels", {}).values()): one["status"] for one in ran.data["verdicts"]}


def test_nothing_configured_is_unknown_and_every_setting_is_named(mcreports):
    ran = mcreports("egress", "check", "--json")
    assert ran.code == 4
    assert set(statuses(ran).values()) == {"unknown"}
    reasons = " ".join(one["reason"] for one in ran.data["verdicts"])
    for setting in ("primary", "secondary", "providers", "policies"):
        assert f"egress.{setting} is not set" in reasons


def test_all_that_can_be_tried_passes_and_the_failover_that_was_not_is_unknown(mcreports, settings):
    ran = mcreports("egress", "check", "--json")
    assert ran.code == 4
    assert [name for name, status in statuses(ran).items() if status != "pass"] == [("egress.failover", "primary")]
    assert [probe["good"] for probe in ran.data["facts"]["probes"]] == [5] * 4
    assert ran.data["facts"]["policies"]["reach"][0]["to"] == ["10.100.0.0/24"]


def test_the_result_is_kept_signed_and_names_the_manifests_by_their_hash(mcreports, settings):
    mcreports("egress", "check")
    found = latest(Path("out"), "egress", load_keyring(EvidenceSettings(key_file=Path("key.pem"))), AT)
    assert (found.doubt, found.outcome is not None) == ("", True)
    assert b"manifest policy.yaml" in _payload(Path("out") / found.file)
    page = (Path("out") / found.file).with_suffix(".html").read_text()
    assert "<b>" not in page.partition("<body")[2].replace("<bdi>", "")


def _payload(file: Path) -> bytes:
    import base64

    return base64.b64decode(json.loads(file.read_bytes())["payload"])


def test_policies_that_let_out_too_much_leave_with_3_and_names_do_not_steer_the_terminal(mcreports, settings, tmp_path):
    wide = tmp_path / "wide.yaml"
    wide.write_text(POLICY.replace("CIDR", "16"))
    ran = mcreports("egress", "check", "--policies", wide)
    assert ran.code == 3
    assert "wide.yaml: web" in ran.out
    assert "egress[0]" in ran.out
    assert "\x1b" not in ran.out


def test_a_provider_that_can_be_reached_leaves_with_3(mcreports, settings, urls, monkeypatch):
    monkeypatch.setenv("MCREPORTS__EGRESS__PROVIDERS", f'["{urls[0]}"]')
    ran = mcreports("egress", "check", "--json")
    assert ran.code == 3
    assert statuses(ran)["egress.direct", urls[0]] == "fail"


@pytest.mark.parametrize("words", [("egress", "check"), ("config", "check")])
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PRIMARY__URL", "http://169.254.169.254/latest"),
        ("ENTRY", "file:///etc/passwd"),
        ("ROUTES", '["evil"]'),
        ("PROVIDERS", '["nowhere"]'),
        ("ALLOWED", '["10.0.0.0/8"]'),
        ("TIMEOUT", "inf"),
        ("LATENCY_MS", "1e300"),
    ],
)
def test_a_setting_that_cannot_be_asked_leaves_with_2_and_is_named(
    mcreports, settings, monkeypatch, setting, value, words
):
    monkeypatch.setenv(f"MCREPORTS__EGRESS__{setting}", value)
    ran = mcreports(*words)
    assert (ran.code, ran.out) == (2, "")
    assert f"egress.{setting.lower().replace('__', '.')}" in ran.err


def test_an_authority_that_is_not_there_leaves_with_2_before_anything_is_asked(mcreports, settings, monkeypatch):
    monkeypatch.setenv("MCREPORTS__EGRESS__CA_FILE", "gone.pem")
    ran = mcreports("egress", "check")
    assert (ran.code, ran.out) == (2, "")
    assert "egress.ca_file gone.pem cannot be used" in ran.err


@pytest.fixture
def cuts(settings, urls, tmp_path, monkeypatch):
    """Settings with which a failover would be tried, and the file that shows that a gateway was cut off."""
    mark = tmp_path / "cut"
    monkeypatch.setenv("MCREPORTS__EGRESS__ENTRY", f"{urls[1]}/entry")
    monkeypatch.setenv("MCREPORTS__EGRESS__PRIMARY__CUT", json.dumps(["touch", str(mark)]))
    monkeypatch.setenv("MCREPORTS__EGRESS__PRIMARY__RESTORE", '["true"]')
    monkeypatch.setenv("MCREPORTS__EGRESS__FAILOVER", "1")
    return mark


def test_a_second_failover_at_once_is_refused_and_one_after_it_is_not(mcreports, cuts):
    with alone(Path("out")):
        ran = mcreports("egress", "check", "--failover")
    assert (ran.code, ran.out, cuts.exists()) == (1, "", False)
    assert "another egress check --failover is under way" in ran.err
    assert mcreports("egress", "check", "--failover").code == 4
    assert cuts.exists()


@pytest.mark.parametrize("key", ["gone.pem", "policy.yaml"])
def test_a_key_that_cannot_sign_is_noticed_before_anything_is_cut_off(mcreports, cuts, monkeypatch, key):
    monkeypatch.setenv("MCREPORTS__EVIDENCE__KEY_FILE", key)
    ran = mcreports("egress", "check", "--failover")
    assert (ran.code, cuts.exists()) == (2, False)
    assert key in ran.err


def test_results_that_cannot_be_kept_are_noticed_before_anything_is_cut_off(mcreports, cuts, tmp_path):
    (tmp_path / "out").write_text("a file")
    ran = mcreports("egress", "check", "--failover")
    assert (ran.code, cuts.exists()) == (1, False)
    assert "nothing was cut off" in ran.err


def test_failover_without_what_it_needs_names_the_settings(mcreports, settings):
    ran = mcreports("egress", "check", "--failover")
    assert ran.code == 4
    assert "not tried: not set: egress.entry, egress.primary.cut, egress.primary.restore" in ran.out


def test_one_gateway_does_not_stand_in_for_itself(mcreports, settings, urls, monkeypatch):
    monkeypatch.setenv("MCREPORTS__EGRESS__SECONDARY__URL", f"{urls[0]}/")
    ran = mcreports("egress", "check")
    assert ran.code == 2
    assert "egress.secondary.url is the primary's" in ran.err
