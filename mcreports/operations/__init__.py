"""The runbook's operations that look at the platform itself."""
