"""What an alert says: labels to route by, and annotations in which nothing but ours is a template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcreports.escalation import Place
    from mcreports.operation_sections import Contact, EscalationSettings

DASHBOARD = "/d/mc-tenant-drilldowns/mc-platform-tenant-drilldowns-v033"
STEPS = {
    "budget": "Budget Alert Response: current figures, drivers of the change, unusual activity; ask the tenant, "
    "consider temporary limits. Start with: mcreports incident budget",
    "security": "Autonomy Operation Failure: read the evidence, require approval of high-risk operations, "
    "alert the security team. Start with: mcreports incident autonomy",
    "technical": "Look at the dashboard, then at the evidence. Start with: mcreports incident autonomy, "
    "mcreports drift check or mcreports doctor",
}


@dataclass(frozen=True)
class Links:
    """Where people find the reports and the dashboards; a path is as good as a URL."""

    portal: str
    grafana: str = ""


@dataclass(frozen=True)
class Notice:
    """An alert before it is addressed; ``to`` is who is told, the first one by its labels; ``hold`` its patience."""

    name: str
    expr: str
    severity: str
    to: tuple[Place, ...]
    hold: str
    group: str
    summary: str
    description: str
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Alert:
    """One alerting rule."""

    name: str
    expr: str
    hold: str
    group: str
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


def address(notice: Notice, escalation: EscalationSettings, links: Links) -> Alert:
    """The rule of a notice, addressed to whom the escalation names; to the last one where it has fewer levels."""
    (area, _), *_ = notice.to
    labels = {"severity": notice.severity, "area": area, **dict(notice.labels)}
    annotations = {"summary": notice.summary, "description": notice.description, "runbook": STEPS[area]}
    told = [found for place in notice.to if (found := _contact(escalation, place)) is not None]
    if (first := _contact(escalation, notice.to[0])) is not None:
        labels |= {"level": str(first[0]), "team": plain(first[1].name)}
    if told:
        annotations["tell"] = "; ".join(_reached(contact) for _, contact in told)
    tenant = "{{ with $labels.tenant }}?var-tenant={{ . | urlquery }}{{ end }}"
    annotations["dashboard"] = f"{plain(links.grafana.rstrip('/'))}{DASHBOARD}{tenant}"
    annotations["report"] = f"{plain(links.portal.rstrip('/'))}/index.html"
    return Alert(notice.name, notice.expr, notice.hold, notice.group, labels, annotations)


def _contact(escalation: EscalationSettings, place: Place) -> tuple[int, Contact] | None:
    """Who is told at a place, and at which level there is; None where the area has no contacts."""
    area, wanted = place
    contacts: tuple[Contact, ...] = getattr(escalation, area)
    level = min(wanted, len(contacts))
    return (level, contacts[level - 1]) if contacts else None


def _reached(contact: Contact) -> str:
    reached = ", ".join(filter(None, [contact.name, contact.address]))
    return f"{plain(reached)}, within {contact.within.total_seconds() / 60:g} minutes"


def plain(text: str) -> str:
    """Text in which Prometheus finds no template.

    >>> plain("{{ 7 }}")
    '{{ "{{" }} 7 }}'
    """
    return text.replace("{{", '{{ "{{" }}')
