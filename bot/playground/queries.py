"""Bot API methods that answer what waits for it: a pressed button, or words behind the bot's name."""

import re
import time

from bot.playground.entities import formatted
from bot.playground.markup import inline_keyboard
from bot.playground.params import Params
from bot.playground.refusals import Json, bad_request
from bot.playground.world import Query, World
from handlers.utf16 import MESSAGE_LIMIT
from handlers.utf16 import length as units

_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_MOST_RESULTS = 50
_ID_BYTES = 64
_START_CHARACTERS = 64


def answer_callback_query(world: World, params: Params) -> bool:
    """Answer ``answerCallbackQuery``; a second answer is accepted and ignored."""
    query = _waiting(world, params.text("callback_query_id"), inline=False)
    text = params.text("text") or ""
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    answer: Json = {"text": text, "show_alert": params.flag("show_alert"), "url": params.text("url")}
    return _settle(world, query, answer)


def answer_inline_query(world: World, params: Params) -> bool:
    """Answer ``answerInlineQuery`` with articles; a second answer is accepted and ignored."""
    results = params.objects("results") or []
    if len(results) > _MOST_RESULTS:
        raise bad_request("too many inline query results specified")
    offered = [_article(world, result) for result in results]
    button = params.mapping("button")
    if button is not None and "web_app" not in button:
        _check_start(str(button.get("start_parameter") or ""))
    query = _waiting(world, params.text("inline_query_id"), inline=True)
    if len({one["id"] for one in offered}) < len(offered):
        raise bad_request("RESULT_ID_DUPLICATE")
    return _settle(world, query, {"results": offered, "button": button})


def _waiting(world: World, query_id: str | None, *, inline: bool) -> Query:
    query = world.queries.get(query_id or "")
    known = query is not None and query.inline is inline and not query.expired
    if query is None or not known or time.monotonic() - query.asked_at > world.settings.query_seconds:
        raise bad_request(_TOO_OLD)
    return query


def _settle(world: World, query: Query, answer: Json) -> bool:
    if query.answer is None:
        query.answer = answer
        world.bell.ring()
    return True


def _article(world: World, result: Json) -> Json:
    """Give a result as it is offered, and under ``sends`` what becomes of it when it is chosen."""
    if result.get("type") != "article":
        raise bad_request("can't parse InlineQueryResult: only article is known to this server")
    result_id, title = str(result.get("id") or ""), str(result.get("title") or "")
    if not result_id:
        raise bad_request("RESULT_ID_EMPTY")
    if len(result_id.encode()) > _ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    if not title:
        raise bad_request("ARTICLE_TITLE_EMPTY")
    sends, markup = _content(world, result), inline_keyboard(Params(result))
    return {
        "id": result_id,
        "title": title,
        "description": str(result.get("description") or ""),
        "sends": sends,
        "markup": markup,
    }


def _content(world: World, result: Json) -> Json:
    given = result.get("input_message_content")
    if not isinstance(given, dict):
        raise bad_request("can't parse InlineQueryResult: input message content is not specified")
    said = Params(given)
    written = said.text("message_text") or ""
    text, entities = formatted(written, said.text("parse_mode"), said.entities("entities"), world.users)
    if not text:
        raise bad_request("message text is empty")
    if units(text) > MESSAGE_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    return {"text": text, "entities": entities} if entities else {"text": text}


def _check_start(parameter: str) -> None:
    if not parameter:
        raise bad_request("can't use empty start_parameter")
    if len(parameter) > _START_CHARACTERS:
        raise bad_request("too long start_parameter specified")
    if not re.fullmatch(r"[\w-]+", parameter, re.ASCII):
        raise bad_request("unallowed characters in start_parameter are used")
