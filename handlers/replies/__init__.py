"""What the bot says: texts, answers and keyboards, without any Telegram call."""
