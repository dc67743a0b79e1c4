"""An unmodified Application, in polling and in webhook mode."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, ApplicationBuilder, CallbackQueryHandler, CommandHandler, ContextTypes

from tests.e2e.sim import Sim

TOKEN = "424242:test-token"
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("긍정", callback_data="v1:1")]])
App = Application[Any, Any, Any, Any, Any, Any]


async def answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    message = update.effective_message
    assert message is not None
    await message.reply_text(
        f"<b>{' '.join(context.args or [])}</b>", "HTML", reply_markup=KEYS, do_quote=True
    )


async def count(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert isinstance(query, CallbackQuery)
    await query.answer("셌어요")
    await query.edit_message_text("counted")


@asynccontextmanager
async def running(url: str) -> AsyncIterator[App]:
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    app: App = builder.build()
    app.add_handler(CommandHandler("mask", answer))
    app.add_handler(CallbackQueryHandler(count))
    async with app:
        await app.start()
        yield app
        await app.stop()


async def story(sim: Sim) -> None:
    group = sim.group()
    asked = await group.member(2).says("/mask@kobert_bot 오늘 날씨")
    said = await group.next_bot_message()
    assert (said.text, said.buttons, said.reply_to) == ("오늘 날씨", (("긍정",),), asked.id)
    toast = await group.member(3).taps(said, "긍정")
    assert (toast.answered, toast.text) == (True, "셌어요")
    edited = await group.wait_edit(said)
    assert (edited.text, edited.buttons) == ("counted", ())


async def test_command_keyboard_tap_answer_edit_by_polling(url: str, sim: Sim) -> None:
    async with running(url) as app:
        assert app.updater is not None
        await app.updater.start_polling(poll_interval=0)
        await story(sim)
        chat = sim.private()
        await sim.duplicate_updates()
        await chat.says("/mask 두 번")
        assert [(await chat.next_bot_message()).text for _ in range(2)] == ["두 번", "두 번"]
        await chat.silence(0.2)
        await app.updater.stop()


async def test_the_same_by_webhook_with_its_secret(url: str, sim: Sim, bot: Bot) -> None:
    secrets: list[str | None] = []
    async with running(url) as app:

        async def take(request: Request) -> Response:
            secrets.append(request.headers.get("x-telegram-bot-api-secret-token"))
            await app.update_queue.put(Update.de_json(await request.json(), app.bot))
            return Response()

        with socket.create_server(("127.0.0.1", 0)) as listening:
            web = Starlette(routes=[Route("/hook", take, methods=["POST"])])
            server = uvicorn.Server(uvicorn.Config(web, log_config=None, lifespan="off", ws="none"))
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(server.serve([listening]))
                port = listening.getsockname()[1]
                await app.bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
                await story(sim)
                assert (await bot.get_webhook_info()).pending_update_count == 0
                await bot.delete_webhook()
                server.should_exit = True
    assert secrets == ["s3cret", "s3cret"]
