"""What the bot keeps: predictions, votes and settings, in SQLite or PostgreSQL."""
