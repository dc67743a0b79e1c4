"""``python -m bot``: the same as ``kobert-bot``."""

from bot.cli import main

main()
