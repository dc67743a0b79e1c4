"""Each refusal of the server, asked for over HTTP; and that none is left out."""

import ast
import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import bot.playground
from bot.playground import build_app
from bot.playground.actions import Draft, say
from bot.playground.groups import migrate
from bot.playground.people import KICKED, LEFT, MEMBER, Message
from bot.playground.world import World
from tests.playground.refusal_table import BOT_API, CONTROL, Rule

TOKEN = "424242:test-token"
TWO_POLLS = (
    "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
SOURCE = Path(bot.playground.__file__).parent
PREFIX = {
    "bad_request": "400 Bad Request: ",
    "forbidden": "403 Forbidden: ",
    "conflict": "409 Conflict: ",
    "_wrong": "400 Bad Request: can't parse entities: ",
}
# The first makes refusals out of what it is given; the second says whatever a test scheduled.
GENERAL = {"refusals.py", "faults.py"}


def furnish(world: World) -> dict[str, object]:
    """Chats and messages to be refused in; gives their ids by name."""
    now = int(time.time())
    first, second, third = world.users.values()
    private, blocked = world.add_private(first), world.add_private(second)
    blocked.members[world.bot.id] = KICKED
    group = world.add_group("g", [first, second])
    basic, moved = world.add_group("b", [first], kind="group"), world.add_group("m", [first], kind="group")
    migrate(world, moved, first, [])
    moved.members[second.id] = MEMBER
    kicked, left = world.add_group("k", [first], kind="group"), world.add_group("l", [first])
    kicked.members[world.bot.id], left.members[world.bot.id] = KICKED, LEFT
    sent = world.add_message(private, Message(0, world.bot, now, {"text": "same"}))
    picture = world.add_message(private, Message(0, world.bot, now, {"photo": []}))
    linked = world.add_message(private, Message(0, world.bot, now, {"text": "x"}))
    linked.markup = {"inline_keyboard": [[{"text": "Open", "url": "https://example.org"}]]}
    world.ask("77")
    world.ask("78").expired = True
    world.ask("79", inline=True)
    return {
        "token": TOKEN,
        "private": private.id,
        "blocked": blocked.id,
        "group": group.id,
        "kicked": kicked.id,
        "left": left.id,
        "forum": world.add_group("f", [first], is_forum=True).id,
        "stranger": third.id,
        "basic": basic.id,
        "moved": moved.id,
        "member": second.id,
        "said": say(world, private, first, Draft("one two"))[0].message_id,
        "groups": say(world, group, first, Draft("mine"))[0].message_id,
        "sent": sent.message_id,
        "picture": picture.message_id,
        "linked": linked.message_id,
        "query": "77",
        "expired": "78",
        "inline": "79",
    }


def filled(value: Any, scene: dict[str, object]) -> Any:  # noqa: ANN401 - any JSON
    """A value with ``{name}`` replaced by what the scene has under that name."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: str(scene[match[1]]), value)
    if isinstance(value, dict):
        return {key: filled(one, scene) for key, one in value.items()}
    return [filled(one, scene) for one in value] if isinstance(value, list) else value


async def ask(http: httpx.AsyncClient, call: str, params: Any) -> httpx.Response:  # noqa: ANN401 - any JSON
    method, _, path = call.rpartition(" ")
    method, path = (method, path) if method else ("POST", f"/bot{TOKEN}/{call}")
    if method == "GET":
        return await http.get(path)
    if isinstance(params, str):
        return await http.request(method, path, content=params, headers={"content-type": "application/json"})
    files = {name: ("f", value) for name, value in params.items() if isinstance(value, bytes)}
    if files:
        rest = {name: value for name, value in params.items() if name not in files}
        return await http.request(method, path, data=rest, files=files)
    return await http.request(method, path, json=params)


@pytest.mark.parametrize("rule", [*BOT_API, *CONTROL], ids=lambda rule: f"{rule.call} {rule.refusal}"[:90])
async def test_it_refuses_as_telegram_does(rule: Rule) -> None:
    app = build_app(token=TOKEN)
    scene = furnish(app.state.world)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as http:
        if rule.before is not None:
            assert (await ask(http, *rule.before)).status_code == 200
        answer = await ask(http, filled(rule.call, scene), filled(rule.params, scene))
    body = answer.json()
    assert f"{answer.status_code} {body['description']}" == rule.refusal
    assert (body["ok"], body["error_code"]) == (False, answer.status_code)
    if answer.status_code == 429:
        assert body["parameters"] == {"retry_after": 8}


async def test_an_earlier_poll_gives_way_to_a_later_one() -> None:
    transport = httpx.ASGITransport(build_app(token=TOKEN))
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http,
        asyncio.TaskGroup() as polls,
    ):
        first = polls.create_task(ask(http, "getUpdates", {"timeout": 20}))
        await asyncio.sleep(0.1)
        second = polls.create_task(ask(http, "getUpdates", {}))
    assert f"{first.result().status_code} {first.result().json()['description']}" == TWO_POLLS
    assert second.result().json() == {"ok": True, "result": []}


def test_every_refusal_of_the_source_is_in_the_table() -> None:
    tested = {rule.refusal for rule in (*BOT_API, *CONTROL)} | {TWO_POLLS}
    missing = [pattern for pattern in patterns() if not any(re.fullmatch(pattern, one) for one in tested)]
    assert missing == []


def patterns() -> Iterator[str]:
    """What the source can answer, as patterns of status and description."""
    for file in sorted(SOURCE.glob("*.py")):
        if file.name in GENERAL:
            continue
        tree = ast.parse(file.read_text())
        constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id == "Refusal":
                    yield f"{ast.literal_eval(node.args[0])} {said(node.args[1], constants)}"
                elif node.func.id in PREFIX:
                    yield re.escape(PREFIX[node.func.id]) + said(node.args[0], constants)


def said(node: ast.expr, constants: dict[str, ast.expr]) -> str:
    """A description as a pattern: what is filled in matches anything."""
    if isinstance(node, ast.Name):
        node = constants[node.id]
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value))
    assert isinstance(node, ast.JoinedStr), f"write line {node.lineno} as one string"
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in node.values
    )
