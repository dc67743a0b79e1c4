"""The one gate in front of every command and button: whom the bot answers, and how often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from telegram import Message

from handlers.access import NotAdmitted
from handlers.answer import earlier_answer
from handlers.context import Context
from handlers.quota import OverQuota

Command = Callable[[Message, Context], Awaitable[None]]


def speaker(message: Message) -> int | None:
    """Return the number of whoever wrote: a person, or a channel that speaks in a group.

    None for an anonymous administrator, who is told apart from nobody else.
    """
    if message.sender_chat is not None:
        return message.sender_chat.id if message.sender_chat.id != message.chat_id else None
    return message.from_user.id if message.from_user is not None else None


def admits(message: Message, context: Context) -> bool:
    """Say whether a message is for the bot to answer.

    Raises:
        NotAdmitted: If it is not, and nobody was told so yet.
    """
    access, person = context.services.access, speaker(message)
    reason = access.refusal(person, message.chat_id)
    if reason is not None and access.is_news(person, message.chat_id, reason):
        raise NotAdmitted(reason, message.chat_id)
    return reason is None


def admit(person: int, chat_id: int, context: Context) -> None:
    """Let through what somebody taps, types or opens, which is never passed over in silence.

    Raises:
        NotAdmitted: If the person or the chat is not answered.
    """
    reason = context.services.access.refusal(person, chat_id)
    if reason is not None:
        raise NotAdmitted(reason, chat_id)


@contextmanager
def question(
    person: int | None, chat_id: int, context: Context, *, mends: bool = False, pause: float = 0.0
) -> Iterator[None]:
    """Count a question to the model while the block answers it; an administrator's is not counted.

    Args:
        person: Who asks; None for an anonymous administrator.
        chat_id: Where.
        context: The handler's context.
        mends: Whether it is an edit of a command that has an answer.
        pause: The group's own, where it is longer than the operator's.

    Raises:
        OverQuota: It is past somebody's cooldown or quota.
    """
    if context.services.access.is_admin(person):
        yield
        return
    with context.services.quotas.question(person, chat_id, mends=mends, chat_cooldown=pause) as refusal:
        if refusal is not None:
            raise OverQuota(refusal)
        yield


def counted(run: Command) -> Command:
    """Make a command of one that asks the model: within everybody's cooldown and quota."""

    async def ask(message: Message, context: Context) -> None:
        mends, pause = await _mends(message, context), (await context.group(message.chat)).cooldown or 0
        with question(speaker(message), message.chat_id, context, mends=mends, pause=pause):
            await run(message, context)

    return ask


async def _mends(message: Message, context: Context) -> bool:
    """Say whether a message is an edit of a command that has an answer of the model's."""
    if message.edit_date is None:
        return False
    earlier = await earlier_answer(message, context)
    return earlier is not None and earlier.prediction_id is not None
