"""Persistence: predictions, votes and preferences in a SQL database."""
