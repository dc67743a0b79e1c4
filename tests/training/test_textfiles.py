from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from training.textfiles import DataError, open_text


@pytest.mark.parametrize(
    ("name", "pack"),
    [("a.txt", bytes), ("a.txt.xz", lzma.compress), ("a.txt.gz", gzip.compress)],
)
def test_reads_plain_and_packed_files(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    file = tmp_path / name
    file.write_bytes(pack("한 줄\r\n두 줄\n".encode()))
    with open_text(str(file)) as lines:
        assert list(lines) == ["한 줄", "두 줄"]


def test_names_the_row_that_is_not_utf8(tmp_path: Path) -> None:
    file = tmp_path / "cp949.txt"
    file.write_bytes(b"good\n" + "나쁜 줄\n".encode("cp949"))
    with (
        pytest.raises(DataError, match=r"cp949\.txt: row 2 is not UTF-8; it looks like CP949: iconv"),
        open_text(str(file)) as lines,
    ):
        list(lines)


def test_what_is_no_text_at_all_is_not_called_cp949(tmp_path: Path) -> None:
    file = tmp_path / "noise.txt"
    file.write_bytes(b"\xff\xff\xff\n")
    with pytest.raises(DataError, match=r"row 1 is not UTF-8$"), open_text(str(file)) as lines:
        list(lines)


def test_a_missing_or_broken_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no-such-file"), open_text(str(tmp_path / "no-such-file")):
        pass
    broken = tmp_path / "broken.xz"
    broken.write_bytes(b"not xz at all")
    with pytest.raises(DataError, match=r"broken\.xz: cannot be read"), open_text(str(broken)) as lines:
        list(lines)


def test_a_damaged_gz_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "damaged.gz"
    file.write_bytes(gzip.compress("한 줄\n".encode())[:10] + b"\xff" * 20)
    with pytest.raises(DataError, match=r"damaged\.gz: cannot be read"), open_text(str(file)) as lines:
        list(lines)


def test_of_two_files_the_damaged_one_is_named(tmp_path: Path) -> None:
    broken, whole = tmp_path / "broken.xz", tmp_path / "whole.txt"
    broken.write_bytes(b"not xz at all")
    whole.write_text("한 줄\n", encoding="utf-8")
    with (
        pytest.raises(DataError, match=r"broken\.xz: cannot be read"),
        open_text(str(broken)) as lines,
        open_text(str(whole)),
    ):
        list(lines)


@contextmanager
def served(body: bytes, announced: int) -> Iterator[str]:
    """A URL whose answer says it has ``announced`` bytes."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(announced))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("name", "pack"), [("a.txt", bytes), ("a.txt.gz", gzip.compress)])
def test_reads_behind_a_url(
    monkeypatch: pytest.MonkeyPatch, name: str, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    body = pack("한 줄\n두 줄\n".encode())
    with served(body, len(body)) as url, open_text(url + name) as lines:
        assert list(lines) == ["한 줄", "두 줄"]


def test_a_download_that_is_cut_short_is_not_taken_for_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    body = "한 줄\n두 줄\n".encode()
    with (
        served(body, len(body) + 100) as url,
        pytest.raises(DataError, match=r"a\.txt: cannot be read \(.*100 more expected"),
        open_text(f"{url}a.txt") as lines,
    ):
        list(lines)
