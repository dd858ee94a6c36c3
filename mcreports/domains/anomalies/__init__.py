"""Anomalies: what a tenant's own past does not explain, told once, with its size, its driver and who knows of it."""
