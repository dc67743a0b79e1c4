"""Telegram's command menus: who is offered which commands, and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)

from handlers.commands import COMMANDS
from handlers.replies.texts import TEXTS, Language

_FOR_OPERATORS = {"models", "train", "stats", "export"}
_IN_GROUPS_ALONE = {"settings"}
_IN_PRIVATE_ALONE = {"mystats", "mydata", "forgetme", "start"}
_ADMINS_IN_GROUPS = {"label"}

EVERYTHING = tuple(COMMANDS)
_FOR_EVERYBODY = tuple(name for name in COMMANDS if name not in _FOR_OPERATORS)
PRIVATE = tuple(name for name in _FOR_EVERYBODY if name not in _IN_GROUPS_ALONE)
PRIVATE_OF_OPERATORS = tuple(name for name in COMMANDS if name not in _IN_GROUPS_ALONE)
GROUP_ADMINS = tuple(name for name in _FOR_EVERYBODY if name not in _IN_PRIVATE_ALONE)
GROUP = tuple(name for name in GROUP_ADMINS if name not in _IN_GROUPS_ALONE | _ADMINS_IN_GROUPS)


def menus(
    admin_chat: int | None = None, admins: Iterable[int] = ()
) -> Mapping[BotCommandScope, tuple[str, ...]]:
    """Return the commands of each scope, of which Telegram shows the narrowest that a person is in.

    Args:
        admin_chat: The operator's chat, which is offered everything.
        admins: People who may do what operators may, in their private chats.
    """
    scopes: dict[BotCommandScope, tuple[str, ...]] = {
        BotCommandScopeDefault(): PRIVATE,
        BotCommandScopeAllPrivateChats(): PRIVATE,
        BotCommandScopeAllGroupChats(): GROUP,
        BotCommandScopeAllChatAdministrators(): GROUP_ADMINS,
    }
    scopes |= {BotCommandScopeChat(person): PRIVATE_OF_OPERATORS for person in sorted(admins)}
    if admin_chat is not None:
        scopes[BotCommandScopeChat(admin_chat)] = EVERYTHING
    return scopes


def menu(commands: tuple[str, ...], language: Language) -> list[BotCommand]:
    """Return a command menu in one language."""
    return [BotCommand(name, TEXTS[language].menu[name]) for name in commands]
