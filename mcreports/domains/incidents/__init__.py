"""Incidents: what a responder needs of one tenant at one instant, each module a question of theirs."""
