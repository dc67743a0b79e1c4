"""The bot's queue of updates: long poll, confirmation by offset, or a webhook."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.playground.bell import Bell
from bot.playground.refusals import Json, conflict

# https://core.telegram.org/bots/api#getupdates: sent only to those who ask for them by name.
_ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}
_MOST_PENDING = 10_000


@dataclass(slots=True)
class _Pending:
    update: Json
    again: bool  # deliver once more after it was confirmed


@dataclass(slots=True)
class Webhook:
    """Where updates are posted.

    Attributes:
        url: The bot's address; empty when it polls.
        secret: Sent as ``X-Telegram-Bot-Api-Secret-Token``.
        error: The last failed delivery, in words.
        error_at: When that was, seconds since the epoch.
    """

    url: str = ""
    secret: str = ""
    error: str = ""
    error_at: int = 0


@dataclass(slots=True)
class UpdateQueue:
    """Updates wait here until the bot confirms them."""

    bell: Bell = field(default_factory=Bell)
    webhook: Webhook = field(default_factory=Webhook)
    allowed: list[str] = field(default_factory=list)
    _pending: deque[_Pending] = field(default_factory=lambda: deque(maxlen=_MOST_PENDING))
    _last_id: int = 100_000
    _poll: int = 0

    def __len__(self) -> int:
        return len(self._pending)

    def put(self, kind: str, content: Json, *, again: bool = False) -> None:
        """Queue an update if the bot takes its kind.

        Args:
            kind: The update's field, such as ``message``.
            content: What stands in that field.
            again: Deliver it twice under one id.
        """
        if kind not in self.allowed if self.allowed else kind in _ON_REQUEST:
            return
        self._last_id += 1
        self._pending.append(_Pending({"update_id": self._last_id, kind: content}, again))
        self.bell.ring()

    def confirm(self, offset: int) -> None:
        """Forget the updates below ``offset``; a negative one keeps only that many from the end."""
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
            return
        kept = [one for one in self._pending if one.update["update_id"] >= offset or one.again]
        for one in kept:
            if one.update["update_id"] < offset:
                one.again = False
        self._pending = deque(kept, maxlen=_MOST_PENDING)

    def clear(self) -> None:
        """Drop what is pending."""
        self._pending.clear()

    def first(self) -> Json | None:
        """Give the oldest update without confirming it."""
        return self._pending[0].update if self._pending else None

    async def poll(self, offset: int, limit: int, seconds: float) -> Sequence[Json]:
        """Answer ``getUpdates``: wait until something is there.

        Args:
            offset: The first update wanted; confirms those before it.
            limit: How many at most.
            seconds: How long to wait for the first.

        Raises:
            Refusal: 409, when a webhook is set or a later poll took over.
        """
        if self.webhook.url:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook"
                " first"
            )
        self._poll += 1
        ticket = self._poll
        self.bell.ring()
        self.confirm(offset)

        def look() -> list[Json] | None:
            if ticket != self._poll:
                raise conflict(
                    "terminated by other getUpdates request; make sure that only one bot instance is running"
                )
            return [one.update for one in list(self._pending)[:limit]] or None

        return await self.bell.until(look, seconds) or []
