"""The settings of the runbook's operations: evidence and its keys, egress, readiness, who is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PositiveFloat

from mcreports.section import Section


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _named(value: object) -> object:
    """A key that is not retired may be written as the name of its file alone."""
    return {"file": value} if isinstance(value, str) else value


class TrustedKey(Section):
    """A public key whose signatures count, and until when it signed."""

    file: Path = Field(description="an Ed25519 public key, PEM")
    until: Annotated[datetime, AfterValidator(_utc)] | None = Field(
        None, description="when the key was retired; what it signed later is refused"
    )


KeyFile = Annotated[TrustedKey, BeforeValidator(_named, json_schema_input_type=str | TrustedKey)]
Version = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]  # it goes into names of files


class EvidenceSettings(Section):
    """Where evidence is signed, kept and looked for."""

    out: Path = Field(Path("out"), description="where the results of checks are written, and read by reports")
    key_file: Path | None = Field(None, description="the Ed25519 private key that signs, PEM, readable by its owner")
    trusted_keys: tuple[KeyFile, ...] = Field((), description="the public keys that results and bundles must carry")
    bundles: Path = Field(Path("dist"), description="where evidence bundles are packed")
    archives: Path = Field(Path("archives"), description="where each month's bundle is kept, written once")
    version: Version = Field("v0.3.3", description="the platform version that bundles are named after")
    golden_set: Path | None = Field(None, description="the ReAct golden set, YAML; else any in the evidence directory")
    fresh: timedelta = Field(timedelta(days=7), description="how old the latest result of a check may be")


class GatewaySettings(Section):
    """One egress gateway: where it is, and how it is cut off and put back to try the failover."""

    url: str = Field(description="http(s)://host:port")
    health: str = Field("/health", description="the path that answers 200 with status healthy")
    cut: tuple[str, ...] = Field((), description="the command that cuts it off, word by word")
    restore: tuple[str, ...] = Field((), description="the command that puts it back, word by word")


class EgressSettings(Section):
    """What leaves the platform, and through what."""

    primary: GatewaySettings | None = None
    secondary: GatewaySettings | None = None
    entry: str | None = Field(None, description="the address that clients use, which must survive a gateway's loss")
    routes: tuple[str, ...] = Field((), description="paths that must be answered through each gateway")
    providers: tuple[str, ...] = Field((), description="host:port or URLs that must not be reachable directly")
    policies: tuple[Path, ...] = Field((), description="NetworkPolicy manifests, YAML files or directories")
    namespace: str = Field("default", description="whose policies are evaluated")
    pod_labels: dict[str, str] = Field(default_factory=dict, description="the labels of the pods that are evaluated")
    allowed: tuple[str, ...] = Field(
        (), description="what may be reached: 10.100.0.0/24:8080, [fd00::/8]:8000-8080/UDP, kube-system:53/UDP"
    )
    latency_ms: PositiveFloat = Field(500.0, description="the slowest answer of a gateway that passes")
    timeout: PositiveFloat = Field(5.0, description="seconds that one probe may take")
    failover: PositiveFloat = Field(30.0, description="seconds without an answer that a failover may cost, at most")
    ca_file: Path | None = Field(None, description="the certificate authority of the gateways, PEM; else the usual")


class ReadinessSettings(Section):
    """What the twelve validations look at beside evidence and egress."""

    dashboard: Path | None = Field(None, description="the Grafana dashboard, JSON; else the one that is exported")
    max_age: timedelta = Field(
        timedelta(days=7),
        description="how old what a validation rests on may be; a check's own rhythm may ask for less",
    )


class Contact(Section):
    """Who is told at one level, where, and within which time."""

    name: str
    address: str = Field("", description="a mail address or a channel")
    within: timedelta = Field(timedelta(minutes=15), description="until when they are to be told")


def _minutes(level: int) -> timedelta:
    return timedelta(minutes=(5, 15, 30)[level])


def _levels(*named: tuple[str, str]) -> tuple[Contact, ...]:
    return tuple(Contact(name=name, address=at, within=_minutes(level)) for level, (name, at) in enumerate(named))


class EscalationSettings(Section):
    """The runbook's three levels of each area, first to last."""

    budget: tuple[Contact, ...] = _levels(
        ("Operations team", "ops@company.com, #mc-platform-ops"), ("Finance team", ""), ("Leadership team", "")
    )
    security: tuple[Contact, ...] = _levels(
        ("Security team", "security@company.com, #security-incidents"), ("CISO", ""), ("Executive team", "")
    )
    technical: tuple[Contact, ...] = _levels(
        ("Engineering team", ""), ("Platform team", "platform@company.com, #platform-engineering"), ("CTO", "")
    )
