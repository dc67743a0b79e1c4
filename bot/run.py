"""The bot's life: start, answer until told to stop, answer what is in flight, close.

One path for both ways to run: on Telegram (or another Bot API server) with a token, or without one
against the Bot API server of ``bot/playground``, which this process then runs itself.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Self

from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Updater

from bot.agreeing import Agreeing
from bot.application import ALLOWED_UPDATES, TELEGRAM_API_URL, BotApplication, build_application, introduce
from bot.champions import Champions
from bot.downloads import DownloadDisplay
from bot.logs import set_up_logging
from bot.playground import FIRST_PERSON, serve
from bot.rate_limiter import PatientRateLimiter
from bot.retention import keeping_for
from bot.settings import Settings, SettingsError, check_teaching_files, pseudonym_key
from bot.teaching import Teaching
from bot.troubles import tell_of_champion, tell_of_folder
from handlers.access import Access, Lists
from handlers.context import Services
from handlers.news import News
from handlers.quota import Bounds, Quotas
from models.catalog import Catalog, load_catalog
from models.errors import ModelServiceError
from models.results import Task
from models.service import ModelService
from models.trial import Trial
from storage.one_bot import one_bot
from storage.store import StorageError, Store

_log = logging.getLogger(__name__)

_PORTS_TRIED = 20

_OPEN = "Open {url} in your browser and talk to the bot.\n브라우저에서 {url} 을 열고 봇과 이야기해 보세요."
_OTHER_PORT = "Port {port} is taken, using {free}.\n{port}번 포트가 쓰이고 있어서 {free}번을 써요."
_ON_TELEGRAM = "@{name} is running. Stop it with Ctrl-C.\n@{name} 봇이 켜졌어요. Ctrl-C를 누르면 꺼져요."


class CannotStart(Exception):
    """The bot cannot start; one line says why."""


def run(settings: Settings) -> int:
    """Run the bot until SIGINT or SIGTERM.

    Args:
        settings: What was read from the environment, ``.env`` and the command line.

    Returns:
        The exit status: 0 after an orderly stop, 1 when it could not start (the reason is on stderr).
    """
    secret = settings.telegram_bot_token
    token = secret.get_secret_value() if secret else f"1:{secrets.token_urlsafe(24)}"
    set_up_logging(settings.log_level, token=token)
    try:
        asyncio.run(_main(settings, token))
    except (CannotStart, SettingsError, StorageError, ModelServiceError) as error:
        print(f"kobert-bot: {error}", file=sys.stderr)  # noqa: T201  # the command's own output
        return 1
    except asyncio.CancelledError:  # told to stop before it had started
        return 0
    except KeyboardInterrupt:  # told twice
        return 130
    return 0


async def _main(settings: Settings, token: str) -> None:
    if settings.telegram_bot_token is None and settings.telegram_api_url is not None:
        raise CannotStart("TELEGRAM_API_URL needs TELEGRAM_BOT_TOKEN")
    await asyncio.to_thread(check_teaching_files, settings)
    with _StopSignal() as stop:
        async with AsyncExitStack() as closing:
            catalog = load_catalog(settings.catalog)
            presets = _group_presets(settings, catalog)  # a bad setting is told before a database is made
            closing.enter_context(one_bot(settings.database_url))  # before its tables are changed
            store = await Store.open(
                settings.database_url, pepper=pseudonym_key(settings), teaching=settings.teaching_folder
            )
            closing.push_async_callback(store.close)
            await closing.enter_async_context(keeping_for(settings.retention_days, store))
            model = ModelService(
                catalog,
                device=settings.device,
                precision=settings.precision,
                preset=settings.preset,
                queue_size=settings.queue_size,
                watch=DownloadDisplay(sys.stderr),
                load_patience=20.0,
                answer_deadline=settings.answer_deadline,
            )
            closing.push_async_callback(model.close)
            await model.start()
            trial = Trial(settings.device, settings.precision)
            champions = Champions(store, model, catalog, settings.preset, trial)
            await champions.follow()  # before anybody is answered
            playground = settings.telegram_bot_token is None
            # Whoever opens the page runs the bot.
            admins = settings.admin_ids | {FIRST_PERSON} if playground else settings.admin_ids
            if playground:
                api_url = await closing.enter_async_context(_page(settings, token))
            else:
                api_url = settings.telegram_api_url or TELEGRAM_API_URL
            agreeing = Agreeing(store, every=60 * settings.agree_minutes)
            application = build_application(
                Services(
                    model,
                    store,
                    settings.admin_chat_id,
                    access=_access(settings, admins),
                    quotas=_quotas(settings),
                    presets=presets,
                    unserved={name: catalog.unserved(name) for name in catalog.presets},
                    retention_days=settings.retention_days,
                    promoter=champions,
                    tested=frozenset(settings.teaching_tests),
                    apart=_apart(settings, catalog),
                    teacher=agreeing,
                ),
                token=token,
                api_url=api_url,
                concurrent_updates=settings.concurrent_updates,
                rate_limiter=PatientRateLimiter.of_a_server_without_limits() if playground else None,
            )
            await closing.enter_async_context(_polling(application, api_url))
            await introduce(application.bot, settings.admin_chat_id, admins)
            await tell_of_folder(application.bot, store, settings.admin_chat_id)
            tell = partial(tell_of_champion, application.bot, store, settings.admin_chat_id)
            await closing.enter_async_context(champions.following(tell))
            await closing.enter_async_context(agreeing.running())
            await closing.enter_async_context(Teaching(store, admins).running(application.bot))
            name = application.bot.username
            _say(_OPEN.format(url=api_url) if playground else _ON_TELEGRAM.format(name=name))
            await stop.wait()
            _log.info("stopping: answering what is in flight")


def _group_presets(settings: Settings, catalog: Catalog) -> tuple[str, ...]:
    """Return the presets that groups may choose from; the default one is always there to go back to.

    Raises:
        UnknownPreset: If the catalogue lacks one of them.
    """
    offered = tuple(map(catalog.checked, settings.group_presets or catalog.presets))
    return offered if settings.preset in offered else (settings.preset, *offered)


def _apart(settings: Settings, catalog: Catalog) -> dict[str, Mapping[str, str]]:
    """Return the lines of each task that the default preset answers with a model for each language."""
    found = {task.value: catalog.apart(settings.preset, task) for task in Task}
    return {task: lines for task, lines in found.items() if lines}


def _access(settings: Settings, admins: frozenset[int]) -> Access:
    return Access(Lists(admins, settings.allowed_ids, settings.blocked_ids))


def _quotas(settings: Settings) -> Quotas:
    return Quotas(
        Bounds(
            settings.user_cooldown,
            settings.chat_cooldown,
            settings.user_daily_quota,
            settings.chat_daily_quota,
        )
    )


@asynccontextmanager
async def _polling(application: BotApplication, api_url: str) -> AsyncIterator[None]:
    """Poll for updates; leaving the block waits for the answers to every update that was taken."""
    updater = application.updater
    if updater is None:
        raise CannotStart("the application was built without an updater")
    async with AsyncExitStack() as stopping:
        stopping.push_async_callback(application.bot.shutdown)  # connections, when the start fails half-way
        stopping.push_async_callback(application.shutdown)
        try:
            await application.initialize()
            await application.start()
            stopping.push_async_callback(application.stop)
            stopping.push_async_callback(_stop_polling, updater)
            await updater.start_polling(
                allowed_updates=ALLOWED_UPDATES,
                drop_pending_updates=False,
                error_callback=_PollingErrors(),
            )
        except InvalidToken:
            raise CannotStart(f"{api_url} does not know this TELEGRAM_BOT_TOKEN") from None
        except TelegramError as error:
            raise CannotStart(f"no answer from the Bot API at {api_url}: {error.message}") from None
        yield


async def _stop_polling(updater: Updater) -> None:
    """Stop polling; PTB counts an updater as running also when its start was cancelled half-way."""
    if updater.running:
        await updater.stop()


class _StopSignal:
    """SIGINT and SIGTERM: the first ends the run in order, a second one ends it at once."""

    _SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __enter__(self) -> Self:
        self._event = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._main = asyncio.current_task()
        self._waiting = False
        for number in self._SIGNALS:
            self._loop.add_signal_handler(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        self._forget()

    async def wait(self) -> None:
        """Return when told to stop."""
        self._waiting = True
        await self._event.wait()

    def _stop(self) -> None:
        self._forget()
        self._event.set()
        if not self._waiting and self._main is not None:
            self._main.cancel()  # still starting

    def _forget(self) -> None:
        for number in self._SIGNALS:
            self._loop.remove_signal_handler(number)


@asynccontextmanager
async def _page(settings: Settings, token: str) -> AsyncIterator[str]:
    """Serve the local page on its port, or the next free one after it, saying so; yields its URL.

    Raises:
        CannotStart: If none of twenty is free, the address is not this machine's, or the page does not start.
    """
    host, wanted = settings.playground_host, settings.playground_port
    tried = range(wanted, min(wanted + _PORTS_TRIED, 65536)) if wanted else (0,)  # 0: the system's choice
    async with AsyncExitStack() as serving:
        for port in tried:
            try:  # listening itself tells whether a port is free; asking before would leave time to lose it
                url = await serving.enter_async_context(serve(host=host, port=port, token=token))
            except OSError as error:
                if error.errno in (errno.EADDRINUSE, errno.EACCES):
                    continue
                raise CannotStart(f"PLAYGROUND_HOST {host}: {error.strerror or error}") from error
            except RuntimeError as error:
                raise CannotStart(str(error)) from error
            if port != wanted:
                _say(_OTHER_PORT.format(port=wanted, free=port))
            yield url
            return
    raise CannotStart(f"no free port from {wanted} on; set PLAYGROUND_PORT")


class _PollingErrors:
    """Logs what keeps updates away: one line, and again only while it lasts, not one for each attempt."""

    _QUIET = 600.0  # seconds

    def __init__(self) -> None:
        self._news = News(self._QUIET)

    def __call__(self, error: TelegramError) -> None:
        if not self._news.is_news((type(error), error.message)):
            return
        if isinstance(error, Conflict):
            _log.error(
                "another program takes this bot's updates: stop it, or give it a token of its own (%s)",
                error.message,
            )
        else:
            _log.warning("no updates for now, trying again: %s", error)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # the command's own output
