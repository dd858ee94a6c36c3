"""A platform that is ready: a real Prometheus that runs the exported rules, and evidence that proves itself."""

from __future__ import annotations

import hashlib
import json
import runpy
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from mcreports.alerting.alerts import alerts
from mcreports.alerting.dashboard import dashboard, written
from mcreports.alerting.rule_file import prometheus as rule_file
from mcreports.checks import Status, Verdict
from mcreports.evidence.bundles.pack import Order, keep, pack
from mcreports.evidence.keys import load_keyring, load_signer, new_key
from mcreports.evidence.outcomes import Outcome, write
from mcreports.metrics import CATALOGUE
from mcreports.operations.readiness.finding import Finding
from mcreports.operations.readiness.grounds import Grounds
from mcreports.operations.readiness.validations import VALIDATIONS, Validation, attempt, validate
from mcreports.period import Period
from mcreports.settings import Settings, SourceSettings
from mcreports.sources.demo import DemoSource
from mcreports.sources.demo.evidence import write_evidence
from mcreports.sources.demo.platform import day_number
from mcreports.sources.demo.simulation import simulation
from mcreports.sources.push import push

PUBLISHER = runpy.run_path(str(Path(__file__).parents[2] / "reports" / "publisher.py"))
TENANT = "TENANT_003"
POLICIES = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: gateways-alone, namespace: prod}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to: [{ipBlock: {cidr: 10.100.0.0/24}}]
    ports: [{port: 8080}]
"""
BYSTANDERS = ("dist", "out")  # what the demo's platform claims of itself beside its evidence


@dataclass(frozen=True)
class Platform:
    """A directory with all that readiness looks at, the settings that lead to it, and the time that it is."""

    root: Path
    url: str
    now: datetime

    def settings(self, **sections: dict[str, Any]) -> Settings:
        """The settings; what is given goes over each section."""
        own: dict[str, dict[str, Any]] = {
            "source": {"url": self.url, "deadline": 30},
            "report": {"output": self.root / "output", "evidence": self.root / "evidence", "reports": ["daily"]},
            "evidence": {
                "out": self.root / "kept",
                "bundles": self.root / "bundles",
                "archives": self.root / "archives",
                "key_file": self.root / "key.pem",
            },
            "egress": {
                "policies": [self.root / "policies"],
                "namespace": "prod",
                "pod_labels": {"app": "web"},
                "allowed": ["10.100.0.0/24:8080"],
            },
            "readiness": {"dashboard": self.root / "dashboard.json"},
        }
        for name, changes in sections.items():
            own[name] = {**own.get(name, {}), **changes}
        return Settings(**own)  # type: ignore[arg-type]

    def grounds(self, settings: Settings | None = None) -> Grounds:
        """What validations look at."""
        found = settings or self.settings()
        return Grounds(found, CATALOGUE, load_keyring(found.evidence), self.now)

    def validate(self, settings: Settings | None = None) -> tuple[Validation, ...]:
        """All twelve validations, as they are now."""
        return validate(self.grounds(settings), lambda _: None)

    def find(self, name: str, settings: Settings | None = None) -> Finding:
        """What one validation comes to, by its name in the runbook's report."""
        return attempt(VALIDATIONS[name], self.grounds(settings))

    def outcome(
        self, check: str, status: Status = Status.PASS, age: timedelta = timedelta(hours=1), **facts: Any
    ) -> Path:
        """Keep a signed result of a check."""
        tenant = TENANT if check.startswith("autonomy") else None
        verdict = Verdict(f"{check}.tried", tenant, status, "1", "1", ">=", "checks", "as it was found")
        outcome = Outcome(check, self.now - age, (verdict,), facts, subject=tenant or "")
        return write(outcome, self.root / "kept", load_signer(self.root / "key.pem"))

    def pack(self, day: datetime | None = None) -> Path:
        """Pack the evidence of a day, else of yesterday, into a signed bundle."""
        own = self.settings().evidence
        period = Period.containing("day", (day or self.now - timedelta(days=1)).date())
        keys = (load_signer(self.root / "key.pem"), load_keyring(own))
        packed = pack(self.root / "evidence", Order(own.version, period, self.now - timedelta(hours=2)), keys, None)
        return keep(packed, self.root / "bundles")[0]

    def publish(self, day: date) -> None:
        """Publish a small daily report."""
        said = replace(PUBLISHER["record"](), generated_at=self.now - timedelta(hours=1))
        PUBLISHER["publish"](PUBLISHER["target"](self.root / "output", str(day)), "1.00", said)

    def attest(self) -> None:
        """Let the attestation's summary and hash be those of its results."""
        self.edit("evidence/rag/grounding-final-attest.json", _attested)

    def edit(self, name: str, change: Callable[[Any], object]) -> None:
        """Change the JSON of a file."""
        file = self.root / name
        body = json.loads(file.read_bytes())
        change(body)
        file.write_text(json.dumps(body), encoding="utf-8")


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The platform as it should be, only to be read."""
    root, now = tmp_path_factory.mktemp("platform"), datetime.now(UTC).replace(microsecond=0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    platform = Platform(root, f"http://{place}", now)
    new_key(root / "key.pem")
    _write_evidence(platform)
    (root / "dashboard.json").write_text(written(dashboard(platform.settings(), CATALOGUE)))
    (root / "policies").mkdir()
    (root / "policies" / "egress.yaml").write_text(POLICIES)
    for check in ("egress", "grounding.verification", "autonomy.validation"):
        platform.outcome(check)
    platform.pack()
    platform.publish((now - timedelta(days=1)).date())
    process = _start(platform, place)
    yield platform
    process.terminate()
    process.wait(10)


@pytest.fixture
def platform(ready: Platform, tmp_path: Path) -> Platform:
    """A copy of the platform, to be spoilt."""
    shutil.copytree(ready.root, tmp_path / "platform", symlinks=True, ignore=shutil.ignore_patterns("data"))
    return replace(ready, root=tmp_path / "platform")


def _attested(body: dict[str, Any]) -> dict[str, Any]:
    """An attestation whose summary and hash are those of its results."""
    results = body["verification_details"]["individual_results"]
    rate = sum(one["passed"] for one in results) / len(results)
    score = sum(round(1000 * one["grounding_score"]) for one in results) / 1000 / len(results)
    said = {"total_cases": len(results), "pass_rate": rate, "average_score": score, "threshold_met": rate >= 0.95}
    body["verification_summary"] = said
    rest = {key: value for key, value in body.items() if key != "integrity_hash"}
    body["integrity_hash"] = hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
    return body


def _write_evidence(platform: Platform) -> None:
    """The demo's evidence up to midnight, thinned out, with answers that are grounded for each tenant."""
    evidence, midnight = platform.root / "evidence", platform.now.replace(hour=0, minute=0, second=0)
    write_evidence(evidence, 7, midnight)
    for name in BYSTANDERS:
        shutil.rmtree(evidence / name, ignore_errors=True)
    attestation = "evidence/rag/grounding-final-attest.json"
    platform.edit(attestation, lambda body: [
        one.update(passed=True, grounding_score=0.9) for one in body["verification_details"]["individual_results"]
    ])  # fmt: skip
    platform.attest()
    days = {}
    for file in sorted((evidence / "autonomy" / TENANT).glob("operations_*.json")):
        body = json.loads(file.read_bytes())
        kept = [one for n, one in enumerate(body) if n % 2 == 0 or one["compensation"]["required"]]
        file.write_text(json.dumps(kept))
        days[day_number(date.fromisoformat(file.stem[-8:]))] = kept
    report = evidence / "autonomy" / TENANT / f"simulation_report_{midnight:%Y%m%d}.json"
    report.write_text(json.dumps(simulation(days)))


def _start(platform: Platform, place: str) -> subprocess.Popen[bytes]:
    """A Prometheus with the demo's samples of these days that evaluates the exported rules every second."""
    root = platform.root
    rules = yaml.safe_load(rule_file(alerts(platform.settings(), CATALOGUE)))
    for group in rules["groups"]:
        group["interval"] = "1s"
    (root / "rules.yml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    (root / "prometheus.yml").write_text("rule_files: [rules.yml]\n")
    words = [
        "setpriv", "--pdeathsig", "KILL", "prometheus", f"--config.file={root / 'prometheus.yml'}",
        f"--storage.tsdb.path={root / 'data'}", "--web.enable-remote-write-receiver", f"--web.listen-address={place}",
    ]  # fmt: skip
    with (root / "log").open("wb") as sink:
        process = subprocess.Popen(words, stdout=sink, stderr=subprocess.STDOUT)
    _wait(lambda: requests.get(f"{platform.url}/-/ready", timeout=5).status_code == 200)
    # none is of later: beside it the server could not write what its rules come to
    span = platform.now - timedelta(days=2), platform.now
    push(
        SourceSettings(url=platform.url), [one for own in CATALOGUE.values() for one in DemoSource().series(own, *span)]
    )
    _wait(lambda: _health(platform.url) == {"ok"})
    return process


def _health(url: str) -> set[str]:
    groups = requests.get(f"{url}/api/v1/rules", timeout=5).json()["data"]["groups"]
    return {rule["health"] for group in groups for rule in group["rules"]}


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if is_so():
                return
        except requests.ConnectionError:
            pass  # it is starting
        time.sleep(0.1)
    pytest.fail("prometheus did not come so far in time")
