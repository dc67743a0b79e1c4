"""The page and who may ask for it."""

import re
from pathlib import Path

import httpx
import pytest

import bot.playground
from bot.playground import build_app

STATIC = Path(bot.playground.__file__).parent / "static"


@pytest.fixture
async def http(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, verify=False)


async def test_the_page_and_its_files_are_served(http: httpx.AsyncClient) -> None:
    async with http:
        page = await http.get("/")
        assert page.headers["content-security-policy"].startswith("default-src 'self'")
        assert 'src="/static/app.js"' in page.text
        for file in STATIC.iterdir():
            assert (await http.get(f"/static/{file.name}")).status_code == 200


def test_nothing_is_inserted_as_html_or_loaded_from_elsewhere() -> None:
    for file in STATIC.iterdir():
        source = file.read_text()
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in source, file.name
        assert "//cdn" not in source
        assert 'src="http' not in source


def test_its_korean_is_as_polite_as_the_bots_and_every_text_is_shown() -> None:
    source = (STATIC / "texts.js").read_text()
    assert "니다" not in source
    assert "단추" not in source
    korean, english = (re.findall(r'(\w+): (?:"|\()', part) for part in source.split("};")[0].split("en: {"))
    assert korean == english
    others = "".join(file.read_text() for file in STATIC.iterdir() if file.name != "texts.js")
    unused = [key for key in korean if not re.search(rf"\bt(?:\(\))?\.{key}\b|\"{key}\"", others)]
    assert unused == []


@pytest.mark.parametrize("path", ["/", "/sim/state", "/static/app.js", "/bot424242:test-token/getMe"])
@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "127.0.0.1.nip.io:8081"},  # names that lead to this machine
        {"host": "localhost.evil.example:8081"},
        {"host": "evil.example@127.0.0.1.evil.example:8081"},
        {"host": "localhost."},
        {"host": "0.0.0.0:8081"},
        {"host": "[::ffff:127.0.0.1]:8081"},
        {"host": "2130706433"},
        {"host": "[::1"},
        {"host": ""},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1"},  # another port of this machine is somebody else's
        {"origin": "https://127.0.0.1:8081"},
        {"origin": "http://localhost:8081"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_foreign_hosts_and_origins_are_refused(path: str, headers: dict[str, str]) -> None:
    app = httpx.ASGITransport(build_app(token="424242:test-token"))
    async with httpx.AsyncClient(transport=app, base_url="http://127.0.0.1:8081") as http:
        assert (await http.get(path)).status_code == 200
        assert (await http.get(path, headers=headers)).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", ""])
async def test_a_foreign_page_changes_nothing(origin: str) -> None:
    app = build_app(token="424242:test-token")
    chat = next(iter(app.state.world.chats))
    ways = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=ways, base_url="http://127.0.0.1:8081") as http:
        for method, path in (
            ("POST", f"/sim/chats/{chat}/messages"),
            ("POST", "/sim/reset"),
            ("PATCH", "/sim/settings"),
            ("DELETE", "/sim/calls"),
        ):
            # A form needs no permission of the browser's before it is sent.
            answer = await http.request(method, path, headers={"origin": origin}, data={"text": "forged"})
            assert answer.status_code == 403
        assert app.state.world.chats[chat].messages == {}
        # A program sends no Origin; a browser always does when it changes something.
        said = await http.post(f"/sim/chats/{chat}/messages", data={"text": "mine"})
        assert said.status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8081", "localhost:8081", "LOCALHOST", "[::1]:8081", "[::1]"])
async def test_every_name_of_this_machine_is_its_own_origin(host: str) -> None:
    app = httpx.ASGITransport(build_app(token="424242:test-token"))
    async with httpx.AsyncClient(transport=app, base_url="http://127.0.0.1:8081") as http:
        headers = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
        assert (await http.post("/sim/reset", headers=headers)).status_code == 200


async def test_its_own_host_and_origin_are_welcome(http: httpx.AsyncClient, url: str) -> None:
    async with http:
        assert (await http.get("/sim/state", headers={"origin": url})).status_code == 200
        port = url.rpartition(":")[2]
        assert (await http.get("/sim/state", headers={"host": f"localhost:{port}"})).status_code == 200
        for site in ("same-origin", "none"):  # its own page; an address that was typed
            assert (await http.get("/", headers={"sec-fetch-site": site})).status_code == 200


async def test_a_picture_is_served_as_one_and_a_file_never_as_a_page(
    http: httpx.AsyncClient, picture: bytes
) -> None:
    async with http:
        state = (await http.get("/sim/state")).json()
        path = f"/sim/chats/{state['chats'][0]['id']}/messages"
        sent = (await http.post(path, files={"photo": ("p.png", picture, "image/png")})).json()
        shown = await http.get(f"/sim/files/{sent['photo'][0]['file_id']}")
        assert (shown.headers["content-type"], shown.content) == ("image/png", picture)
        sent = (await http.post(path, files={"document": ("x.html", b"<script>", "text/html")})).json()
        shown = await http.get(f"/sim/files/{sent['document']['file_id']}")
        assert shown.headers["content-type"] == "application/octet-stream"
        assert shown.headers["x-content-type-options"] == "nosniff"


async def test_the_event_stream_tells_what_happens(http: httpx.AsyncClient) -> None:
    async with http, http.stream("GET", "/sim/events") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == ": hello"
        state = (await http.get("/sim/state")).json()
        await http.post(f"/sim/chats/{state['chats'][0]['id']}/messages", json={"text": "hi"})
        told = [await anext(lines) for _ in range(3)]
        assert '"type": "message"' in told[2]
