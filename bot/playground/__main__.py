"""``python -m bot.playground --port 8081``: the server alone, for a bot started elsewhere."""

import argparse
import asyncio
import secrets
import signal
import sys

from bot.playground.server import serve


def random_token() -> str:
    """Make a bot token that only those know who are shown it."""
    return f"4242424242:{secrets.token_urlsafe(24)}"


async def run(host: str, port: int, token: str, names: list[str]) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serve(host=host, port=port, token=token, hosts=names) as url:
        sys.stdout.write(f"Chat page: {url}\nTELEGRAM_API_URL={url}\nTELEGRAM_BOT_TOKEN={token}\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m bot.playground", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: loopback only)")
    parser.add_argument("--port", type=int, default=8081, help="port; 0 takes a free one")
    of_the_bot = "the bot's token on this server (default: a random one, which is printed)"
    parser.add_argument("--token", default=random_token(), help=of_the_bot)
    allow = "another host name to answer to; may be repeated"
    parser.add_argument("--allow-host", action="append", default=[], metavar="NAME", help=allow)
    given = parser.parse_args()
    names = ["127.0.0.1", "localhost", "::1", *given.allow_host]
    asyncio.run(run(given.host, given.port, given.token, names))


if __name__ == "__main__":
    main()
