"""What a listener is told: from where it was, or to load everything anew."""

from typing import Any

import httpx
import pytest

from bot.playground import build_app, serve

TOKEN = "424242:test-token"


async def told(base: str, last_event_id: str) -> list[str]:
    """The first event of the page's stream, as its lines, for a listener that was elsewhere before."""
    headers = {"last-event-id": last_event_id}
    async with (
        httpx.AsyncClient(base_url=base, verify=False, timeout=5) as http,
        http.stream("GET", "/sim/events", headers=headers) as stream,
    ):
        lines = stream.aiter_lines()
        assert await anext(lines) == ": hello"
        return [await anext(lines) for _ in range(3)][1:]


async def state(base: str) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=base, verify=False) as http:
        found: dict[str, Any] = (await http.get("/sim/state")).json()
        return found


async def say(base: str, text: str) -> None:
    chat = (await state(base))["chats"][0]["id"]
    async with httpx.AsyncClient(base_url=base, verify=False) as http:
        (await http.post(f"/sim/chats/{chat}/messages", json={"text": text})).raise_for_status()


async def test_a_page_that_outlived_the_server_loads_its_state_anew() -> None:
    async with serve(host="127.0.0.1", port=0, token=TOKEN) as first:
        await say(first, "before")
        seen = (await state(first))["cursor"]
    async with serve(host="127.0.0.1", port=0, token=TOKEN) as second:
        # As many events as the page has seen, so that the number alone would not tell.
        await say(second, "after")
        identity, data = await told(second, seen)
        assert '"type": "reset"' in data
        await say(second, "then")
        # The reset's own id is this server's.
        assert '"text": "then"' in (await told(second, identity.removeprefix("id: ")))[1]


async def test_a_page_of_the_same_server_goes_on_where_it_was(url: str) -> None:
    seen = (await state(url))["cursor"]
    await say(url, "missed")
    assert '"text": "missed"' in (await told(url, seen))[1]


@pytest.mark.parametrize("since", ["99999999", "0-5", "nonsense"])
async def test_an_id_that_is_not_this_servers_is_answered_with_a_reset(url: str, since: str) -> None:
    assert '"type": "reset"' in (await told(url, since))[1]


@pytest.mark.parametrize(
    ("query", "description"),
    [
        ({"timeout": "abc"}, 'Bad Request: field "timeout" must be of type Number'),
        ({"timeout": "nan"}, 'Bad Request: field "timeout" must be of type Number'),
        ({"since": "²", "timeout": "0"}, "Bad Request: since must be the seq or cursor of an earlier answer"),
        ({"since": "-1"}, "Bad Request: since must be the seq or cursor of an earlier answer"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(query: dict[str, str], description: str) -> None:
    transport = httpx.ASGITransport(build_app(token=TOKEN))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        answer = await http.get("/sim/events", params=query)
    assert answer.status_code == 400
    assert answer.json()["description"] == description
