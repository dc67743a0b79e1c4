"""How fast the bot is on the machine at hand."""
