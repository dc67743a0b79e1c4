"""Telegram handlers: commands, buttons, keyboards and texts."""
