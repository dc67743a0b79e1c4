"""The Bot API over HTTP: ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.playground import about, queries, sending
from bot.playground.faults import Fault, FaultKind
from bot.playground.params import Params
from bot.playground.refusals import Json, Refusal, bad_request
from bot.playground.world import World

Method = Callable[[World, Params], object]

_TOKEN = re.compile(r"\d+:[\w-]+")
_METHODS: Mapping[str, Method] = {
    "getMe": about.get_me,
    "getUpdates": about.get_updates,
    "setWebhook": about.set_webhook,
    "deleteWebhook": about.delete_webhook,
    "getWebhookInfo": about.get_webhook_info,
    "logOut": about.accept,
    "close": about.accept,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": sending.edit_text,
    "editMessageCaption": sending.edit_caption,
    "editMessageMedia": sending.edit_media,
    "editMessageReplyMarkup": sending.edit_markup,
    "deleteMessage": sending.delete_message,
    "answerCallbackQuery": queries.answer_callback_query,
    "answerInlineQuery": queries.answer_inline_query,
    "getFile": about.get_file,
    "getChat": about.get_chat,
    "getChatMember": about.get_chat_member,
    "getChatAdministrators": about.get_chat_administrators,
    "getChatMemberCount": about.get_chat_member_count,
    "leaveChat": about.leave_chat,
    "setMyCommands": about.set_my_commands,
    "getMyCommands": about.get_my_commands,
    "deleteMyCommands": about.delete_my_commands,
    "setMyName": partial(about.set_profile, field="name"),
    "getMyName": partial(about.get_profile, field="name"),
    "setMyDescription": partial(about.set_profile, field="description"),
    "getMyDescription": partial(about.get_profile, field="description"),
    "setMyShortDescription": partial(about.set_profile, field="short_description"),
    "getMyShortDescription": partial(about.get_profile, field="short_description"),
}


class BotApi:
    """Answers the bot's calls, spoils those the fault schedule names, and records them all."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._methods = {name.lower(): method for name, method in _METHODS.items()}

    def routes(self) -> list[Route]:
        """Give the routes; the token is part of the path, as on Telegram."""
        return [
            Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._download, methods=["GET"]),
        ]

    async def _call(self, request: Request) -> Response:
        stranger = self._stranger(request.path_params["token"])
        if stranger is not None:
            return stranger
        name = request.path_params["method"]
        params = Params({})
        fault = self._world.faults.take(name)
        try:
            params = await Params.read(request)
            if fault is not None:
                await self._spoil(fault, name, params)
            result = await self._perform(name, params)
        except Refusal as refusal:
            # A poll whose caller has gone away ends without anyone to tell.
            if refusal.status != 409 or not await request.is_disconnected():
                self._world.calls.add(name, params.shown(), refusal.status, refusal.description)
            return JSONResponse(refusal.to_json(), refusal.status)
        except _DroppedError:
            self._world.calls.add(name, params.shown(), 0, "connection dropped")
            return StreamingResponse(
                _cut_off(), headers={"content-length": "2"}, media_type="application/json"
            )
        self._world.calls.add(name, params.shown(), 200, None)
        return JSONResponse({"ok": True, "result": result})

    async def _perform(self, name: str, params: Params) -> object:
        method = self._methods.get(name.lower())
        if method is None:
            # Telegram says 404, which python-telegram-bot reads as a wrong token.
            raise bad_request(f"method {name} is not known to this server")
        result = method(self._world, params)
        return await result if isinstance(result, Awaitable) else result

    async def _spoil(self, fault: Fault, name: str, params: Params) -> None:
        if fault.kind is FaultKind.DELAY:
            await asyncio.sleep(fault.seconds)
            return
        if fault.after:
            await self._perform(name, params)
        if fault.kind is FaultKind.DROP:
            raise _DroppedError
        raise fault.refusal()

    async def _download(self, request: Request) -> Response:
        stranger = self._stranger(request.path_params["token"])
        if stranger is not None:
            return stranger
        stored = self._world.files.at(request.path_params["path"])
        if stored is None:
            return JSONResponse(Refusal(404, "Not Found").to_json(), 404)
        return Response(stored.upload.content, media_type="application/octet-stream")

    def _stranger(self, token: str) -> Response | None:
        if token == self._world.token:
            return None
        refusal = Refusal(401, "Unauthorized") if _TOKEN.fullmatch(token) else Refusal(404, "Not Found")
        body: Json = refusal.to_json()
        return JSONResponse(body, refusal.status)


class _DroppedError(Exception):
    """The connection shall break."""


async def _cut_off() -> AsyncIterator[bytes]:
    # Less than the announced length: the HTTP server then closes the connection.
    yield b"{"
