"""Exact, provable budget, autonomy and grounding reports from a platform's metrics."""

__version__ = "0.1.0"
