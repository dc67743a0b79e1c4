"""A Bot API server of one's own, with a chat page: the bot without a token and without the network."""

from bot.playground.app import build_app
from bot.playground.server import serve
from bot.playground.world import FIRST_PERSON

__all__ = ["FIRST_PERSON", "build_app", "serve"]
