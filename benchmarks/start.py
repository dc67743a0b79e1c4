"""How long a person waits for the first answer of a process that has just started.

    python -m benchmarks.start             # `kobert-bot ask` with the built-in model, five times

Once before the clock runs, so that the files are in memory, as they are on a machine in use.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

QUESTION = ("ask", "sentiment", "이 영화 정말 재미있다", "--preset", "builtin")


def first_answer() -> float:
    """Seconds from the start of the program to its end with an answer.

    Raises:
        subprocess.CalledProcessError: If it gave none.
    """
    program = str(Path(sys.executable).with_name("kobert-bot"))
    begin = time.perf_counter()
    subprocess.run([program, *QUESTION], check=True, capture_output=True, text=True)  # noqa: S603  # our own
    return time.perf_counter() - begin


def main(times: Annotated[int, typer.Option(min=1, help="How often.")] = 5) -> None:
    """Print the median, the quickest and the slowest."""
    try:
        first_answer()
        taken = [first_answer() for _ in range(times)]
    except subprocess.CalledProcessError as error:
        words = f"kobert-bot ended with {error.returncode}: {error.stderr.strip()}"
        typer.echo(f"benchmarks.start: {words}", err=True)
        raise typer.Exit(1) from None
    print(f"first answer after {median(taken):.2f} s ({min(taken):.2f} to {max(taken):.2f}, {times} starts)")


if __name__ == "__main__":
    typer.run(main)
