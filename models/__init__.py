"""The shared model service: text in, typed results out. Knows nothing of Telegram or SQL."""
