from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.cores import adds_bytes_in_32_bits, has_bf16, processor_flags, usable_cores


@pytest.mark.parametrize(
    ("quota", "cores"),
    [
        ("max 100000", 8),
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("50000 100000", 1),
        ("1600000 100000", 8),
        ("", 8),
        ("what else", 8),
        (None, 8),
    ],
)
def test_a_container_has_the_cores_of_its_quota(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str | None, cores: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    if quota is not None:
        (tmp_path / "cpu.max").write_text(quota + "\n", encoding="ascii")
    assert usable_cores(tmp_path / "cpu.max") == cores


@pytest.mark.parametrize(
    ("machine", "info", "whole_sums", "bf16"),
    [
        (
            "x86_64",
            "processor\t: 0\nflags\t\t: fpu avx2 fma\n\nprocessor\t: 1\nflags\t\t: avx2\n",
            False,
            False,
        ),
        ("x86_64", "flags\t\t: avx2 avx512f avx512_vnni\n", True, False),
        ("x86_64", "flags\t\t: avx2 avx_vnni\n", True, False),
        ("x86_64", "flags\t\t: avx512_vnni avx512_bf16 amx_int8\n", True, True),
        ("aarch64", "Features\t: fp asimd asimddp bf16\n", True, False),
        ("arm64", None, True, False),
        ("AMD64", None, False, False),
        ("x86_64", None, False, False),
    ],
    ids=["avx2", "vnni", "avx-vnni", "bf16", "arm", "mac", "windows", "old mac"],
)
def test_what_a_processor_can_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    machine: str,
    info: str | None,
    whole_sums: bool,
    bf16: bool,
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    file = tmp_path / "cpuinfo"
    if info is not None:
        file.write_text(info, encoding="ascii")
    assert adds_bytes_in_32_bits(file) is whole_sums
    assert has_bf16(file) is bf16
    assert (processor_flags(file) == frozenset()) is (info is None or "flags" not in info)
