import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks.engines import Layout
from benchmarks.lanes import EngineFailed, Lane, Place
from benchmarks.machine import Watch
from tests.benchmarks import echo_engine


def start(folder: Path, workers: int = 1) -> Lane:
    layout = Layout(workers, 2)
    place = Place(echo_engine.entry("echo"), layout, folder, Path(sys.executable), folder / "log")
    return Lane(place)


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[Lane]:
    lane = start(echo_engine.write_checkpoint(tmp_path))
    yield lane
    lane.close()
    assert not lane.tree.is_running()


def test_an_engine_in_its_process_starts_answers_and_ends(lane: Lane) -> None:
    lane.wait_started()
    assert lane.remark == "echo 1×2 of 64 positions"
    assert lane.versions == {"psutil": psutil.__version__, "nope": "not installed"}
    texts = ["가", "가나다"]
    assert lane.order(do="answer", texts=texts) == {"answers": list(map(echo_engine.probabilities, texts))}
    watch = Watch(lane)
    load = lane.order(do="load", clients=3, seconds=0.2, **{"from": 5})
    assert (load["clients"], load["failed"]) == (3, {})
    assert load["answered"] == len(load["waits_ms"]) > 3
    assert load["lags_ms"]
    assert 0 <= watch.read().others <= 1
    assert lane.order(do="offline", count=64)["elapsed"] > 0
    assert lane.memory() > 2**20
    assert "chatter" in (lane.place.log).read_text(encoding="utf-8")


def test_an_order_that_fails_says_why_and_the_engine_goes_on(lane: Lane) -> None:
    lane.wait_started()
    with pytest.raises(EngineFailed, match="ValueError: bad text"):
        lane.order(do="answer", texts=["bad"])
    with pytest.raises(EngineFailed, match="unknown order 'dance'"):
        lane.order(do="dance")
    assert lane.order(do="answer", texts=["가"])


def test_an_engine_that_ends_in_the_middle_is_noticed(lane: Lane) -> None:
    lane.wait_started()
    with pytest.raises(EngineFailed, match="ended with 3; see log"):
        lane.order(do="answer", texts=["die"])
    with pytest.raises(EngineFailed, match="ended with 3"):
        lane.order(do="answer", texts=["가"])


def test_an_engine_that_cannot_be_built_says_why(tmp_path: Path) -> None:
    lane = start(echo_engine.write_checkpoint(tmp_path), workers=3)
    with pytest.raises(EngineFailed, match="RuntimeError: three is too many"):
        lane.wait_started()
    lane.close()


def test_an_interruption_does_not_wait_for_the_order_in_hand(lane: Lane) -> None:
    lane.wait_started()

    def order() -> None:
        with pytest.raises(EngineFailed, match="ended with"):
            lane.order(do="load", clients=1, seconds=60)

    give = threading.Thread(target=order)
    give.start()
    time.sleep(0.2)
    begin = time.monotonic()
    lane.close()
    assert time.monotonic() - begin < 50  # the order takes 60
    give.join(10)
    assert not give.is_alive()


@pytest.mark.skipif(sys.platform != "linux", reason="how a stopped process is shown differs")
def test_a_frozen_engine_rests_until_it_is_thawed(lane: Lane) -> None:
    lane.wait_started()
    lane.freeze()
    deadline = time.monotonic() + 60
    while lane.tree.status() != psutil.STATUS_STOPPED and time.monotonic() < deadline:
        time.sleep(0.01)
    assert lane.tree.status() == psutil.STATUS_STOPPED
    lane.thaw()
    assert lane.order(do="answer", texts=["가"])
