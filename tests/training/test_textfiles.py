from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

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
