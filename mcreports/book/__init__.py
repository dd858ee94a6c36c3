"""What a notebook holds: a report opened over its snapshot, and each of its parts as a result to show."""

from mcreports.book.anomalies import anomaly_chart, anomaly_table, needs_look
from mcreports.book.autonomy import autonomy_proof, autonomy_table, residency_table
from mcreports.book.autonomy_parts import compensation_events, compensation_reasons, operation_types
from mcreports.book.bridges import bridge_chart, bridge_table, driver_bridge, shift_table
from mcreports.book.coverage import coverage_table
from mcreports.book.forecasts import forecast_table, spend_curve
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
)
from mcreports.book.proof import close, notes, other_checks, sign_off, sums
from mcreports.book.quality import error_budget_table, quality_table, quality_trend
from mcreports.book.results import operations_table
from mcreports.book.spend import day_bars, day_table, driver_table, tenant_table
from mcreports.book.year import change_table, month_bars, month_table, rate_table, weekday_table
from mcreports.book.year_ahead import month_ahead_table, month_curve
from mcreports.view.page import Style

__all__ = [
    "Style",
    "anomaly_chart",
    "anomaly_table",
    "autonomy_proof",
    "autonomy_table",
    "band",
    "bridge_chart",
    "bridge_table",
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
    "error_budget_table",
    "evidence_table",
    "forecast_table",
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
    "month_ahead_table",
    "month_bars",
    "month_curve",
    "month_table",
    "needs_action",
    "needs_look",
    "notes",
    "open_incident",
    "open_report",
    "operation_types",
    "operations_table",
    "other_checks",
    "platform_table",
    "quality_table",
    "quality_trend",
    "rate_table",
    "rate_trend",
    "rate_verdicts",
    "residency_table",
    "shift_table",
    "sign_off",
    "spend_curve",
    "sums",
    "tenant_table",
    "weekday_table",
]
