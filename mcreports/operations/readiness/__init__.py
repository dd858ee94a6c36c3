"""Readiness for production: the runbook's twelve validations, each proven by an outcome or not at all."""
