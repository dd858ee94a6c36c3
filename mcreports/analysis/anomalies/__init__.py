"""Points of a series that its own past does not explain, and the intervals that they make up."""

from mcreports.analysis.anomalies.detector import detect
from mcreports.analysis.anomalies.series import DEFAULT, Detection, Interval, Options, Series
from mcreports.analysis.anomalies.stretches import intervals

__all__ = ["DEFAULT", "Detection", "Interval", "Options", "Series", "detect", "intervals"]
