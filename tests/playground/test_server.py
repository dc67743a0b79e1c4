"""How the server starts, and how it says that it cannot."""

import asyncio
import socket

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from bot.playground import serve
from bot.playground.__main__ import random_token

TOKEN = "424242:test-token"


def has_ipv6() -> bool:
    """Whether this machine has an IPv6 loopback; containers often don't."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 loopback here")
async def test_it_serves_on_ipv6() -> None:
    async with (
        serve(host="::1", port=0, token=TOKEN) as url,
        httpx.AsyncClient(base_url=url, verify=False) as http,
    ):
        assert url.startswith("http://[::1]:")
        assert (await http.get("/")).status_code == 200
        assert (await http.get("/sim/state", headers={"origin": url})).status_code == 200


async def test_a_port_that_is_taken_is_an_os_error_and_leaves_no_task() -> None:
    before = asyncio.all_tasks()
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        async with serve(host="127.0.0.1", port=taken.getsockname()[1], token=TOKEN):
            pass
    assert asyncio.all_tasks() == before


class _BrokenError(Exception):
    pass


async def test_a_server_that_dies_before_it_is_ready_does_not_keep_its_caller_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def startup(_server: uvicorn.Server, sockets: object = None) -> None:  # noqa: ARG001
        raise _BrokenError

    monkeypatch.setattr(uvicorn.Server, "startup", startup)
    async with asyncio.timeout(5):
        with pytest.raises(_BrokenError):
            async with serve(host="127.0.0.1", port=0, token=TOKEN):
                pass


async def test_an_app_that_does_not_start_is_an_error_and_no_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_app: Starlette) -> None:
        raise _BrokenError

    monkeypatch.setattr("bot.playground.app.deliver", broken)
    async with asyncio.timeout(5):
        with pytest.raises(RuntimeError, match="did not start"):
            async with serve(host="127.0.0.1", port=0, token=TOKEN):
                pass


def test_a_token_nobody_guesses_is_made_for_each_run() -> None:
    first, second = random_token(), random_token()
    assert first != second
    number, _, secret = first.partition(":")
    assert number.isdigit()
    assert len(secret) >= 32
