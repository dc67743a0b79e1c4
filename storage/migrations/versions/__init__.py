"""Alembic revisions, applied when a store is opened."""
