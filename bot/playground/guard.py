"""Only pages of this server may talk to it: foreign ``Host``, ``Origin`` and ``Sec-Fetch-Site`` are refused.

A page on the internet can make a browser send requests to loopback addresses, or point its own name there
(DNS rebinding). The first carries a foreign ``Origin`` or, for a plain GET such as that of an image,
``Sec-Fetch-Site``; the second a foreign ``Host``. Programs that aren't browsers send neither.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """Refuses what comes from elsewhere, and tells browsers to load nothing from elsewhere.

    Args:
        app: What is guarded.
        hosts: The names this server answers to, without ports.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = LOOPBACK) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass the request on."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            host, origin = headers.get("host", ""), headers.get("origin")
            if self._name(f"//{host}") not in self._hosts:
                await PlainTextResponse("foreign Host header", 403)(scope, receive, send)
                return
            if origin is not None and origin.lower() != f"{scope['scheme']}://{host}".lower():
                await PlainTextResponse("foreign Origin header", 403)(scope, receive, send)
                return
            # https://www.w3.org/TR/fetch-metadata/; "none" is an address that was typed or bookmarked.
            if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
                await PlainTextResponse("request of a foreign page", 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    @staticmethod
    def _name(address: str) -> str | None:
        try:
            return urlsplit(address).hostname
        except ValueError:
            return None


def page_headers() -> dict[str, str]:
    """Give the headers of the page: nothing from elsewhere, no framing."""
    return dict(_HEADERS)
