"""Downloads from a hub of our own on this machine, by the hub's real library."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from huggingface_hub import constants
from huggingface_hub.utils._http import reset_sessions

from models import downloads
from models.downloads import DownloadProgress, watched
from models.errors import CheckpointUnavailable
from models.hub import find_files

FILES = {
    "config.json": b'{"model_type": "bert"}',
    "model.safetensors": bytes(range(256)) * 8192,  # two megabytes
    "onnx/model.safetensors": b"another framework's",
    "pytorch_model.bin": b"of no interest",
}
WANTED = len(FILES["config.json"]) + len(FILES["model.safetensors"])
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """What the library asks of the hub, for one repository; the second half of its weights waits for leave.

    Attributes:
        go_on: Lets the second half go.
        tells_sizes: Whether it answers when asked for the sizes.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.go_on = threading.Event()
        self.tells_sizes = True

    def answer(self, path: str) -> tuple[bytes, dict[str, str]] | None:
        """A page's content and headers."""
        name = path.partition(f"/resolve/{COMMIT}/")[2]
        if name in FILES:
            return FILES[name], {"ETag": f'"{hash_of(name)}"', "X-Repo-Commit": COMMIT}
        if path.startswith("/api/models/us/tiny") and (self.tells_sizes or "blobs" not in path):
            return json.dumps(listing()).encode(), {}
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def do_HEAD(self) -> None:
        self.head()

    def do_GET(self) -> None:
        content = self.head()
        if len(content) < 1_000_000:
            self.wfile.write(content)
            return
        half = len(content) // 2
        self.wfile.write(content[:half])
        self.server.go_on.wait(30)
        self.wfile.write(content[half:])

    def head(self) -> bytes:
        answer = self.server.answer(self.path)
        content, headers = answer or (b"", {})
        self.send_response(200 if answer else 404)
        for key, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(key, value)
        self.end_headers()
        return content

    def log_message(self, *_: object) -> None:
        pass


def listing() -> dict[str, object]:
    siblings: list[dict[str, object]] = []
    for name, content in FILES.items():
        large = {"lfs": {"sha256": hash_of(name), "size": len(content), "pointerSize": 1}}
        small = {"rfilename": name, "size": len(content), "blobId": hash_of(name)}
        siblings.append(small | large if "model" in name else small)
    return {"id": "us/tiny", "sha": COMMIT, "siblings": siblings}


def hash_of(name: str) -> str:
    return hashlib.sha256(FILES[name]).hexdigest()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub() as hub:
        url = f"http://127.0.0.1:{hub.server_port}"
        thread = threading.Thread(target=hub.serve_forever)
        thread.start()
        monkeypatch.setattr(constants, "ENDPOINT", url)
        template = url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr("huggingface_hub.file_download.HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1 << 16)  # ten megabytes are seen at once else
        reset_sessions()  # a session of another test may have been made to stay offline
        yield hub
        reset_sessions()
        hub.go_on.set()
        hub.shutdown()
        thread.join()


def test_a_watcher_sees_the_bytes_come_and_the_end(hub: Hub, capfd: pytest.CaptureFixture[str]) -> None:
    seen: list[DownloadProgress | None] = []

    def watch(progress: DownloadProgress | None) -> None:
        seen.append(progress)
        if progress is not None and progress.done >= WANTED // 3:
            hub.go_on.set()

    folder = find_files("us/tiny", watch=watch)
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors"}
    *moving, last, end = seen
    assert end is None
    assert last == DownloadProgress("us/tiny", "model.safetensors", WANTED, WANTED)
    assert any(each is not None and 0 < each.done < WANTED for each in moving)
    assert all(each is not None and each.total == WANTED for each in moving)
    assert capfd.readouterr().err == "", "the library draws no bars of its own"


def test_what_is_here_already_is_not_reported(hub: Hub) -> None:
    hub.go_on.set()
    find_files("us/tiny")
    seen: list[DownloadProgress | None] = []
    with watched("us/tiny", None, ["*.json", "*.safetensors"], ["*/*"], seen.append):
        (watcher,) = (thread for thread in threading.enumerate() if thread.name == "download-watch")
        watcher.join(2)  # it ends by itself
    assert seen == []
    find_files("us/tiny", watch=seen.append)
    assert seen == []


def test_a_download_that_breaks_ends_for_its_watcher_too(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.file_download.http_get", broken_after(hub))
    seen: list[DownloadProgress | None] = []
    with pytest.raises(CheckpointUnavailable, match="'builtin'"):
        find_files("us/tiny", watch=seen.append)
    assert seen[-1] is None
    assert all(each is not None and each.done < WANTED for each in seen[:-1])


def broken_after(hub: Hub) -> object:
    """A transfer that ends half-way, once it has been seen; the library would try five times, ever slower."""

    def get(*_: object, **__: object) -> None:
        hub.go_on.wait(1)
        raise ConnectionError("the network went away")

    return get


def test_a_hub_that_tells_no_sizes_is_downloaded_from_unwatched(hub: Hub) -> None:
    hub.tells_sizes = False
    hub.go_on.set()
    seen: list[DownloadProgress | None] = []
    assert (find_files("us/tiny", watch=seen.append) / "model.safetensors").is_file()
    assert seen == []


def test_nothing_is_told_of_what_is_over_and_a_slow_hub_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers, over = threading.Event(), threading.Event()

    def files(*_: object) -> list[downloads._File]:
        answers.wait(60)
        return [downloads._File("model.safetensors", 100, tmp_path / "blob")]

    def here(*_: object) -> int:
        over.set()
        return 0

    monkeypatch.setattr(downloads, "_files", files)
    monkeypatch.setattr(downloads, "_bytes_here", here)
    told: list[DownloadProgress | None] = []
    with watched("us/tiny", None, ["*"], [], told.append):
        pass  # all was there
    assert not answers.is_set()
    answers.set()
    assert over.wait(60)
    for watcher in [each for each in threading.enumerate() if each.name == "download-watch"]:
        watcher.join(60)
    assert told == []
