from __future__ import annotations

import io

from bot.downloads import DownloadDisplay
from models.downloads import DownloadProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def progress(done: int, file: str = "model.safetensors") -> DownloadProgress:
    return DownloadProgress("klue/bert-base", file, done * 1_000_000, 400_000_000)


def test_a_terminal_shows_one_line_that_moves_with_file_size_and_time_left() -> None:
    terminal, clock = Terminal(), Clock()
    show = DownloadDisplay(terminal, clock=clock)
    show(progress(100))
    clock.now += 10
    show(progress(200))
    show(None)
    shown, *rest = terminal.getvalue().split("\n")
    first, second = shown.split("\r")[1:]
    assert rest == [""], "what comes next begins a line"
    assert first == f"klue/bert-base model.safetensors  {'█' * 5}{'·' * 15}  25 % of 400.0 MB"
    assert second == f"klue/bert-base model.safetensors  {'█' * 10}{'·' * 10}  50 % of 400.0 MB, 0:20 left"


def test_a_shorter_line_leaves_nothing_of_a_longer_one() -> None:
    terminal = Terminal()
    show = DownloadDisplay(terminal, clock=Clock())
    show(progress(1, "a-long-file-name.safetensors"))
    show(progress(2, "short"))
    first, second = terminal.getvalue().split("\r")[1:]
    assert len(second) == len(first)
    assert second.rstrip().endswith("MB")


def test_without_a_terminal_there_is_a_line_now_and_then() -> None:
    file, clock = io.StringIO(), Clock()
    show = DownloadDisplay(file, clock=clock)
    for done in (0, 10, 20, 30, 400):
        show(progress(done))
        clock.now += 6
    show(None)
    assert file.getvalue().splitlines() == [
        "fetching klue/bert-base model.safetensors: 0 % of 400.0 MB",
        "fetching klue/bert-base model.safetensors: 5 % of 400.0 MB, 3:48 left",
        "fetching klue/bert-base model.safetensors: 100 % of 400.0 MB",
    ]


def test_each_download_has_a_beginning() -> None:
    file = io.StringIO()
    show = DownloadDisplay(file, clock=Clock())
    names = ["one/model", "one/model", "another/model"]
    for name in names:
        show(DownloadProgress(name, "config.json", 1, 2))
        show(None)
    assert [line.split()[1] for line in file.getvalue().splitlines()] == names
