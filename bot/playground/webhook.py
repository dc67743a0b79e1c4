"""Webhook mode: updates are posted to the bot one after another, as Telegram does."""

import asyncio
import time

import httpx

from bot.playground.world import World

_RETRY_SECONDS = 1.0
_ANSWER_SECONDS = 30.0


async def deliver(world: World) -> None:
    """Post pending updates to the bot's webhook until cancelled; one that isn't taken is tried again."""
    queue = world.updates
    async with httpx.AsyncClient(timeout=_ANSWER_SECONDS) as client:
        while not queue.bell.closed:
            update = await queue.bell.until(lambda: queue.first() if queue.webhook.url else None, 60.0)
            if update is None:
                continue
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
