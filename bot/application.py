"""Builds PTB's application: handlers, shared services, rate limiter, error handler, command menus."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from telegram import BotCommandScope, LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, Defaults, ExtBot
from telegram.request import BaseRequest

from bot.rate_limiter import PatientRateLimiter
from handlers.commands import all_handlers
from handlers.context import Context, Services
from handlers.errors import on_error
from handlers.menus import menu, menus
from handlers.replies.texts import LANGUAGES, TEXTS, Language

_log = logging.getLogger(__name__)

TELEGRAM_API_URL = "https://api.telegram.org"

ALLOWED_UPDATES = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.MY_CHAT_MEMBER,
]

_DEFAULTS = Defaults(
    parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
)  # a link in somebody's text is text

BotApplication = Application[ExtBot[int], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], None]


def build_application(
    services: Services,
    *,
    token: str,
    api_url: str = TELEGRAM_API_URL,
    concurrent_updates: int = 64,
    request: BaseRequest | None = None,
    rate_limiter: PatientRateLimiter | None = None,
) -> BotApplication:
    """Build the application; it neither starts nor connects yet.

    Args:
        services: The model service and the store that all handlers share; their owner closes them.
        token: The bot's token.
        api_url: A Bot API server, without ``/bot``.
        concurrent_updates: Updates handled at once.
        request: Another transport than HTTP.
        rate_limiter: Keeps other limits than Telegram's.
    """
    builder = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .context_types(ContextTypes(context=Context.bound_to(services)))
        .defaults(_DEFAULTS)
        .rate_limiter(rate_limiter or PatientRateLimiter())
        .concurrent_updates(concurrent_updates)
        .job_queue(None)
    )
    if request is None:
        builder = builder.connect_timeout(10).read_timeout(20).write_timeout(20).pool_timeout(30)
    else:
        builder = builder.request(request).get_updates_request(request)
    application = builder.build()
    application.add_handlers(all_handlers())
    application.add_error_handler(on_error)
    return application


async def introduce(bot: ExtBot[int], admin_chat: int | None = None, admins: Collection[int] = ()) -> None:
    """Tell the server the bot's command menus and descriptions, in both languages.

    A bot without them works as well, so whatever the server refuses is one line in the log.

    Args:
        bot: The bot.
        admin_chat: The operator's chat, which has a menu of its own.
        admins: People who have one too.
    """
    async with asyncio.TaskGroup() as group:
        for code in LANGUAGES:
            group.create_task(_introduce(bot, code, menus(admin_chat, admins)))


async def _introduce(
    bot: ExtBot[int], language: Language, commands: Mapping[BotCommandScope, tuple[str, ...]]
) -> None:
    """Make the calls for one language; English is the default for all others."""
    code, texts = (None if language == "en" else language), TEXTS[language]
    calls = {
        f"command menu of {scope.type}": partial(bot.set_my_commands, menu(names, language), scope, code)
        for scope, names in commands.items()
    }
    calls["description"] = partial(bot.set_my_description, texts.description, language_code=code)
    calls["short description"] = partial(
        bot.set_my_short_description, texts.short_description, language_code=code
    )
    for name, call in calls.items():
        try:
            await call()
        except TelegramError as error:
            _log.warning("the server refused the %s (%s): %s", name, language, error)
