"""Telegram front of the project: settings, application, command line, local Bot API server."""
