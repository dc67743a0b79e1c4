"""The people of ``benchmarks.chats``: a process of its own, so that what they do is not the bot's work.

python -m benchmarks.chatting URL CHATS QUESTIONS
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx
from tqdm import tqdm

_PATIENCE_S = 30.0
_LINGER_S = 2.0  # in which an answer too many would come
_COMMANDS = ("sentiment", "mask", "tokens", "nsp", "nli")


@dataclass(slots=True)
class Told:
    """What the people saw.

    Attributes:
        answers: Of each message of the bot: its chat, which question it replies to (-1: none of that chat's),
            and whether it speaks of that question's text, as far as an answer shows it.
        waits_ms: How long each answer took.
        seconds: From the first question to the last answer.
    """

    answers: list[tuple[int, int, bool]] = field(default_factory=list)
    waits_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0


def question(chat: int, number: int) -> str:
    """Return a text that no other chat asks; ``/mask`` and ``/tokens`` show its word in their answers."""
    command, word = _COMMANDS[(chat + number) % len(_COMMANDS)], word_of(chat, number)
    if command == "mask":
        return f"/mask {word} 영화는 정말 ___ 영화다."
    if command in ("nsp", "nli"):
        return f"/{command} {word} 영화를 봤다. | 아주 재미있었다."
    return f"/{command} {word} 영화는 아주 재미있다."


def word_of(chat: int, number: int) -> str:
    """Return a word of its own for each question; its digits stand apart, whatever the tokenizer."""
    return " ".join(f"{chat:03d}9{number:03d}")


async def talk(url: str, chats: int, questions: int) -> Told:
    """Let everybody ask at once, one question after the other in each chat."""
    told, begin = Told(), time.perf_counter()
    limits = httpx.Limits(max_connections=2 * chats)
    async with httpx.AsyncClient(base_url=f"{url}/sim/", timeout=60.0, limits=limits) as http:
        with tqdm(total=chats * questions, unit="answer", desc=f"{chats} chats") as bar:
            async with asyncio.TaskGroup() as group:
                for chat in range(chats):
                    group.create_task(_person(http, chat, questions, told, bar))
            told.seconds = time.perf_counter() - begin
        await asyncio.sleep(_LINGER_S)
        told.answers = [answer for chat in await _all_chats(http) for answer in judged(chat)]
    return told


async def _person(http: httpx.AsyncClient, chat: int, questions: int, told: Told, bar: tqdm[Any]) -> None:
    user = await _ask(http, "POST", "users", first_name=f"{chat}", language_code="ko")
    room = await _ask(http, "POST", "private", user_id=user["id"])
    seen = 0
    for number in range(questions):
        asked = time.perf_counter()
        path = f"chats/{room['id']}/messages"
        await _ask(http, "POST", path, user_id=user["id"], text=question(chat, number))
        answers = await _ask(http, "GET", path, after=seen, from_bot=1, timeout=_PATIENCE_S)
        if answers:
            told.waits_ms.append((time.perf_counter() - asked) * 1e3)
            seen = answers[-1]["message_id"]
        bar.update()


def judged(chat: dict[str, Any]) -> list[tuple[int, int, bool]]:
    """Judge each message of the bot in a chat by the question that it replies to."""
    name = chat["first_name"]
    if not name.isdecimal():  # the page's own chat
        return []
    found = []
    for message in chat["messages"]:
        if not message["from_bot"]:
            continue
        replied = (message.get("reply_to_message") or {}).get("text", "")
        asked = _number(int(name), replied)
        found.append((int(name), asked, asked >= 0 and _speaks_of(replied, message["text"])))
    return found


def _number(chat: int, replied: str) -> int:
    """Return which question of a chat a text is; -1 if it is none of them."""
    digits = "".join(character for character in replied if character.isdecimal())
    number = int(digits[4:7]) if len(digits) == 7 else -1  # as word_of writes it
    return number if number >= 0 and replied == question(chat, number) else -1


def _speaks_of(asked: str, answer: str) -> bool:
    """Tell whether an answer shows the digits of its question, where its kind of answer shows the text."""
    if not asked.startswith(("/mask", "/tokens")):
        return True
    wanted = "".join(character for character in asked if character.isdecimal())
    lines = [
        "".join(character for character in line if character.isdecimal()) for line in answer.splitlines()
    ]
    return any(wanted in line for line in lines)


async def _all_chats(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    chats: list[dict[str, Any]] = (await _ask(http, "GET", "state"))["chats"]
    return [chat for chat in chats if chat["type"] == "private"]


async def _ask(http: httpx.AsyncClient, method: str, path: str, **fields: object) -> Any:  # noqa: ANN401  # JSON
    given = {"params": fields} if method == "GET" else {"json": fields}
    answer = await http.request(method, path, **given)  # type: ignore[arg-type]  # one of the two
    answer.raise_for_status()
    return answer.json()


if __name__ == "__main__":
    where, people, each = sys.argv[1:]
    print(json.dumps(asdict(asyncio.run(talk(where, int(people), int(each))))))
