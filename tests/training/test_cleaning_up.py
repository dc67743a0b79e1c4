"""What is told to end while texts of people lie in a folder for temporary files ends after these."""

from __future__ import annotations

import signal

import pytest

from training.retraining.command import _cleaning_up


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGHUP])
def test_what_cleans_up_is_told_to_end_once(first: signal.Signals) -> None:
    before = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)]

    def end() -> None:
        try:
            signal.raise_signal(first)
        finally:  # a terminal that is closed and its shell both say so
            signal.raise_signal(signal.SIGHUP)
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(SystemExit) as told, _cleaning_up():
        end()
    assert told.value.code == 128 + first
    assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)] == before


def test_what_is_to_go_on_when_its_terminal_is_closed_does() -> None:
    """As ``nohup`` has it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with _cleaning_up():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
