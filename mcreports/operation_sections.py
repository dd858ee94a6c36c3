"""The settings of the runbook's operations: evidence and its keys, egress, readiness, who is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from mcreports.places.addresses import gateway_url, is_same, path, provider
from mcreports.places.allowed import allowed
from mcreports.rules import Rule
from mcreports.section import Section

LEAST_ANOMALY = "budget.anomaly"  # what a snapshot keeps the thresholds of anomalies under


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
    fresh: timedelta = Field(
        timedelta(days=7), gt=timedelta(0), description="how old the latest result of a check may be"
    )


def _provider(text: str) -> str:
    provider(text)
    return text


def _allowance(text: str) -> str:
    allowed([text])
    return text


Url = Annotated[str, AfterValidator(gateway_url)]
AskedPath = Annotated[str, AfterValidator(path)]


class GatewaySettings(Section):
    """One egress gateway: where it is, and how it is cut off and put back to try the failover."""

    url: Url = Field(description="http(s)://host:port")
    health: AskedPath = Field("/health", description="the path that answers 200 with status healthy")
    cut: tuple[str, ...] = Field((), description="the command that cuts it off, word by word")
    restore: tuple[str, ...] = Field((), description="the command that puts it back, word by word")


class EgressSettings(Section):
    """What leaves the platform, and through what."""

    primary: GatewaySettings | None = None
    secondary: GatewaySettings | None = None
    entry: Url | None = Field(None, description="the address that clients use, which must survive a gateway's loss")
    routes: tuple[AskedPath, ...] = Field((), description="paths that must be answered through each gateway")
    providers: tuple[Annotated[str, AfterValidator(_provider)], ...] = Field(
        (), description="host:port or URLs that must not be reachable directly"
    )
    policies: tuple[Path, ...] = Field((), description="NetworkPolicy manifests, YAML files or directories")
    namespace: str = Field("default", description="whose policies are evaluated")
    pod_labels: dict[str, str] = Field(default_factory=dict, description="the labels of the pods that are evaluated")
    allowed: tuple[Annotated[str, AfterValidator(_allowance)], ...] = Field(
        (), description="what may be reached: 10.100.0.0/24:8080, [fd00::/8]:8000-8080/UDP, kube-system:53/UDP"
    )
    latency_ms: float = Field(500.0, gt=0, le=60_000, description="the slowest answer of a gateway that passes")
    timeout: float = Field(5.0, gt=0, le=120, description="seconds that one probe may take")
    failover: float = Field(30.0, gt=0, le=600, description="seconds without an answer that a failover may cost")
    cut_both: bool = Field(
        False,
        description="whether --failover may cut off both at once for some seconds, to see that the entry needs them",
    )
    ca_file: Path | None = Field(None, description="the certificate authority of the gateways, PEM; else the usual")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        """An address that is there twice would stand in for itself when it is cut off."""
        named = {"primary": self.primary, "secondary": self.secondary}
        urls = {f"the {name} gateway's": one.url for name, one in named.items() if one is not None}
        if len(urls) == len(named) and is_same(*urls.values()):
            shared = urls["the secondary gateway's"]
            msg = f"egress.secondary.url is the primary's, {shared}: one gateway does not stand in for itself"
            raise ValueError(msg)
        for whose, url in urls.items():
            if self.entry is not None and is_same(self.entry, url):
                msg = f"egress.entry is {whose} own address, {url}; give the one that clients use"
                raise ValueError(msg)
        return self


class AnomalySettings(Section):
    """From how much money on an anomaly of spend is told, and where acknowledgements are kept."""

    least_usd: Decimal = Field(Decimal(10), ge=0, description="the least excess in USD that is told")
    least_share: Decimal = Field(Decimal(5), ge=0, description="the least excess in % of a usual day's spend")
    acknowledgements: Path = Field(Path("acknowledgements"), description="the directory of acknowledgements")

    @property
    def rule(self) -> Rule:
        """The two thresholds as a snapshot carries them."""
        return Rule("<", self.least_share, least_usd=self.least_usd)


class ReadinessSettings(Section):
    """What the twelve validations look at beside evidence and egress."""

    dashboard: Path | None = Field(
        None, description="the deployed dashboard, JSON as Grafana exports it; without it dashboards are unknown"
    )
    max_age: timedelta = Field(
        timedelta(days=7),
        gt=timedelta(0),
        description="how old what a validation rests on may be; a check's own rhythm may ask for less",
    )


class Contact(Section):
    """Who is told at one level, where, and within which time."""

    name: Annotated[str, Field(pattern=r"\S")]
    address: str = Field("", description="a mail address or a channel")
    within: timedelta = Field(
        default_factory=lambda: _minutes(1),
        ge=timedelta(0),
        description="until when they are to be told; else 5, 15 and 30 minutes at the levels 1, 2 and 3",
    )


def _minutes(level: int) -> timedelta:
    return timedelta(minutes=(5, 15, 30)[min(level, 2)])


def _in_time(contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
    """Each contact with the time of its level, where it names none."""
    return tuple(
        one if "within" in one.model_fields_set else one.model_copy(update={"within": _minutes(level)})
        for level, one in enumerate(contacts)
    )


Levels = Annotated[tuple[Contact, ...], AfterValidator(_in_time)]


def _levels(*named: tuple[str, str]) -> tuple[Contact, ...]:
    return _in_time(tuple(Contact(name=name, address=at) for name, at in named))


class EscalationSettings(Section):
    """The runbook's three levels of each area, first to last."""

    budget: Levels = _levels(
        ("Operations team", "ops@company.com, #mc-platform-ops"), ("Finance team", ""), ("Leadership team", "")
    )
    security: Levels = _levels(
        ("Security team", "security@company.com, #security-incidents"), ("CISO", ""), ("Executive team", "")
    )
    technical: Levels = _levels(
        ("Engineering team", ""), ("Platform team", "platform@company.com, #platform-engineering"), ("CTO", "")
    )
