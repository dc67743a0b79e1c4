"""Webhook mode: updates are posted to the bot one after another, as Telegram does."""

import asyncio
import time

import httpx

from bot.playground.refusals import Json
from bot.playground.updates import UpdateQueue
from bot.playground.world import World

_RETRY_SECONDS = 1.0
_ANSWER_SECONDS = 30.0
_LOOK_SECONDS = 60.0


async def deliver(world: World) -> None:
    """Post pending updates to the bot's webhook until cancelled; one that isn't taken is tried again."""
    queue = world.updates

    def due() -> Json | None:
        return queue.first() if queue.webhook.url else None

    while not queue.bell.closed:
        if await queue.bell.until(due, _LOOK_SECONDS) is None:
            continue
        # Certificates are slow to load, and of use over https only.
        secure = queue.webhook.url.startswith("https")
        async with httpx.AsyncClient(timeout=_ANSWER_SECONDS, verify=secure) as client:
            while (update := due()) is not None:
                await _post(client, queue, update)


async def _post(client: httpx.AsyncClient, queue: UpdateQueue, update: Json) -> None:
    hook = queue.webhook
    headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
    try:
        answer = await client.post(hook.url, json=update, headers=headers)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        hook.error, hook.error_at = str(error) or type(error).__name__, int(time.time())
        await asyncio.sleep(_RETRY_SECONDS)
    else:
        queue.confirm(update["update_id"] + 1)
