"""A command in the caption of a picture or a file, which PTB's own command handler does not read."""

from __future__ import annotations

from telegram import Message, MessageEntity
from telegram.ext.filters import MessageFilter


class CommandInCaption(MessageFilter):
    """Lets messages through whose caption begins with a command for this bot.

    Args:
        command: The command's name.
    """

    def __init__(self, command: str) -> None:
        super().__init__(name=f"CommandInCaption({command})")
        self._command = command

    def filter(self, message: Message) -> bool:
        """Say whether a caption begins with the command, as Telegram marks commands."""
        entity = next(iter(message.caption_entities), None)
        if entity is None or entity.type != MessageEntity.BOT_COMMAND or entity.offset != 0:
            return False
        name, _, bot = (message.caption or "")[1 : entity.length].lower().partition("@")
        return name == self._command and bot in ("", message.get_bot().username.lower())
