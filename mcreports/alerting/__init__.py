"""Alerts and dashboards as code: PromQL from the thresholds that the reports judge by."""
