"""How the Bot API says no: status, description and parameters, in Telegram's own wording."""

from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """A call that Telegram would refuse.

    Attributes:
        status: HTTP status, also the answer's ``error_code``.
        description: Telegram's sentence.
        parameters: Telegram's ``ResponseParameters``, such as ``{"retry_after": 3}``.
    """

    def __init__(self, status: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def to_json(self) -> Json:
        """Give the body Telegram would send."""
        body: Json = {"ok": False, "error_code": self.status, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(reason: str) -> Refusal:
    """Give a 400 with Telegram's prefix."""
    return Refusal(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refusal:
    """Give a 403 with Telegram's prefix."""
    return Refusal(403, f"Forbidden: {reason}")


def conflict(reason: str) -> Refusal:
    """Give a 409 with Telegram's prefix."""
    return Refusal(409, f"Conflict: {reason}")


def too_many_requests(retry_after: int) -> Refusal:
    """Give a 429 that asks to come back in ``retry_after`` seconds."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})
