"""What a notebook holds: a report opened over its snapshot, and each of its parts as a result to show."""

from mcreports.book.autonomy import autonomy_proof, autonomy_table, residency_table
from mcreports.book.autonomy_parts import compensation_events, compensation_reasons, operation_types
from mcreports.book.coverage import coverage_table
from mcreports.book.front import band, cards, needs_action
from mcreports.book.incident import (
    incident_cards,
    incident_checks,
    incident_commands,
    incident_contacts,
    incident_since,
    incident_steps,
    open_incident,
)
from mcreports.book.incident_causes import (
    incident_alerts,
    incident_bridge,
    incident_drivers,
    incident_picture,
    incident_unusual,
)
from mcreports.book.incident_evidence import incident_events, incident_files
from mcreports.book.opening import open_report
from mcreports.book.operations import (
    budget_verdicts,
    evidence_table,
    grounding_table,
    platform_table,
    rate_trend,
    rate_verdicts,
    unit_cost_table,
)
from mcreports.book.proof import close, notes, other_checks, sign_off, sums
from mcreports.book.results import operations_table
from mcreports.book.spend import day_bars, day_table, driver_bridge, driver_table, spend_curve, tenant_table
from mcreports.book.year import change_table, month_bars, month_table, rate_table, weekday_table
from mcreports.view.page import Style

__all__ = [
    "Style",
    "autonomy_proof",
    "autonomy_table",
    "band",
    "budget_verdicts",
    "cards",
    "change_table",
    "close",
    "compensation_events",
    "compensation_reasons",
    "coverage_table",
    "day_bars",
    "day_table",
    "driver_bridge",
    "driver_table",
    "evidence_table",
    "grounding_table",
    "incident_alerts",
    "incident_bridge",
    "incident_cards",
    "incident_checks",
    "incident_commands",
    "incident_contacts",
    "incident_drivers",
    "incident_events",
    "incident_files",
    "incident_picture",
    "incident_since",
    "incident_steps",
    "incident_unusual",
    "month_bars",
    "month_table",
    "needs_action",
    "notes",
    "open_incident",
    "open_report",
    "operation_types",
    "operations_table",
    "other_checks",
    "platform_table",
    "rate_table",
    "rate_trend",
    "rate_verdicts",
    "residency_table",
    "sign_off",
    "spend_curve",
    "sums",
    "tenant_table",
    "unit_cost_table",
    "weekday_table",
]
