from __future__ import annotations

import json
import multiprocessing
import re
import shutil
import signal
import struct
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import torch
from tensorboardX.proto.event_pb2 import Event
from transformers import BertTokenizerFast

from models.multitask import BertForFourTasks
from storage.file_lock import take
from training import run as module
from training.history import HISTORY, read_history
from training.occupied import occupied
from training.pretrain import new_model
from training.processes import Processes
from training.record import RECORD, Origin, write_record
from training.run import Plan, Run, Step, told
from training.schedule import Budget
from training.state import has_state
from training.textfiles import DataError

HERE = Processes(torch.device("cpu"))


def small(tokenizer: BertTokenizerFast) -> BertForFourTasks:
    torch.manual_seed(0)
    return new_model(tokenizer, layers=1, hidden=16, heads=1)


def run_in(folder: Path, tokenizer: BertTokenizerFast, budget: Budget) -> Run:
    return Run(small(tokenizer), folder, budget, 0.01, "test", HERE)


def shrink(run: Run, made: list[int] | None = None) -> Callable[[int], Step]:
    """Steps that pull all weights to nothing, a random part of them at a time."""

    def make(number: int) -> Step:
        if made is not None:
            made.append(number)
        loss = torch.stack([(p * torch.rand_like(p)).square().sum() for p in run.model.parameters()]).sum()
        loss.backward()
        return Step(10, {"loss": loss.item()})

    return make


def scalars(folder: Path) -> Iterator[tuple[str, int, float]]:
    """Name, step and value of all that TensorBoard would draw, by the format of TFRecord files
    (https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details).
    """
    for file in sorted(folder.glob("events.out.tfevents.*")):
        data, at = file.read_bytes(), 0
        while at < len(data):
            (length,) = struct.unpack_from("<Q", data, at)  # checksums of four bytes follow it and the event
            event = Event.FromString(data[at + 12 : at + 12 + length])
            at += 16 + length
            for value in event.summary.value:
                yield value.tag, event.step, value.simple_value


def weights(run: Run) -> list[torch.Tensor]:
    return [each.detach().clone() for each in run.model.parameters()]


def test_a_run_that_is_killed_at_any_step_ends_with_the_same_weights(
    tmp_path: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run_in(tmp_path / "whole", tokenizer, Budget(0, 7))
    whole.go(shrink(whole))
    monkeypatch.setattr(module, "SAVE_EVERY", 0.0)
    made: list[int] = []
    for killed in (2, 3, 6):
        stopped = run_in(tmp_path / "stopped", tokenizer, Budget(0, 7))
        make = shrink(stopped, made)

        def dying(number: int, killed: int = killed, make: Callable[[int], Step] = make) -> Step:
            if number == killed:
                raise KeyboardInterrupt
            return make(number)

        with pytest.raises(KeyboardInterrupt):
            stopped.go(dying)
    last = run_in(tmp_path / "stopped", tokenizer, Budget(0, 7))
    last.go(shrink(last, made))
    assert made == list(range(7))
    assert all(torch.equal(one, two) for one, two in zip(weights(whole), weights(last), strict=True))
    assert (last.step, last.tokens) == (7, 70)
    assert read_history(tmp_path / "stopped")[-1]["loss"] == read_history(tmp_path / "whole")[-1]["loss"]


def test_ctrl_c_ends_the_step_and_saves_it(tmp_path: Path, tokenizer: BertTokenizerFast) -> None:
    whole = run_in(tmp_path / "whole", tokenizer, Budget(0, 7))
    whole.go(shrink(whole))
    stopped = run_in(tmp_path / "stopped", tokenizer, Budget(0, 7))
    make = shrink(stopped)

    def told_to_stop(number: int) -> Step:
        if number == 3:
            signal.raise_signal(signal.SIGINT)
        return make(number)

    with pytest.raises(KeyboardInterrupt):
        stopped.go(told_to_stop)
    again = run_in(tmp_path / "stopped", tokenizer, Budget(0, 7))
    assert again.step == 4
    again.go(shrink(again))
    assert all(torch.equal(one, two) for one, two in zip(weights(whole), weights(again), strict=True))


def test_a_second_ctrl_c_does_not_wait(tmp_path: Path, tokenizer: BertTokenizerFast) -> None:
    run = run_in(tmp_path, tokenizer, Budget(0, 7))

    def impatient(_: int) -> Step:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("not interrupted")

    with pytest.raises(KeyboardInterrupt):
        run.go(impatient)
    assert run_in(tmp_path, tokenizer, Budget(0, 7)).step == 0
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_process_does_not_train_in_the_folder_of_one_that_does(
    tmp_path: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.occupied._PATIENCE_S", 0.2)
    first, second = (run_in(tmp_path, tokenizer, Budget(0, 2)) for _ in range(2))
    make = shrink(first)

    def meanwhile(number: int) -> Step:
        if number == 1:  # a lock is a file's, not a process's: here it keeps out as elsewhere
            with pytest.raises(DataError, match="another process trains in this folder"):
                second.go(shrink(second))
        return make(number)

    first.go(meanwhile)
    with pytest.raises(DataError, match="another process has trained here meanwhile"):
        second.go(shrink(second))
    assert [line["step"] for line in read_history(tmp_path)] == [1, 2]
    longer = run_in(tmp_path, tokenizer, Budget(0, 3))
    longer.go(shrink(longer))
    assert longer.step == 3


def test_a_step_in_which_a_drawing_process_was_killed_is_one_line(
    tmp_path: Path, tokenizer: BertTokenizerFast
) -> None:
    """torch raises this from a signal, wherever the step happens to be."""
    run = run_in(tmp_path, tokenizer, Budget(0, 4))

    def make(_: int) -> Step:
        raise RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed. ")

    with pytest.raises(DataError, match=r"a process that draws examples was killed \(is memory short\?\)"):
        run.go(make)


def test_a_folder_is_free_though_a_forked_process_has_its_lock_open(tmp_path: Path) -> None:
    with occupied(tmp_path):
        other = multiprocessing.get_context("fork").Process(target=time.sleep, args=(20,))
        with warnings.catch_warnings(action="ignore"):
            other.start()
    begun = time.monotonic()
    with occupied(tmp_path):
        assert time.monotonic() - begun < 1
    other.kill()
    other.join()


def test_who_still_holds_the_folder_of_a_killed_training_is_waited_for(tmp_path: Path) -> None:
    with ExitStack() as holder:
        stream = holder.enter_context((tmp_path / "training.lock").open("a"))
        assert take(stream)
        letting_go = threading.Timer(0.3, stream.close)
        letting_go.start()
        with occupied(tmp_path):
            assert stream.closed
        letting_go.join()


def test_a_half_written_state_is_never_read(tmp_path: Path, tokenizer: BertTokenizerFast) -> None:
    (tmp_path / "state.partial").write_bytes(b"killed while writing")
    assert run_in(tmp_path, tokenizer, Budget(0, 2)).step == 0
    assert not has_state(tmp_path)


def test_a_damaged_state_is_one_line(tmp_path: Path, tokenizer: BertTokenizerFast) -> None:
    run = run_in(tmp_path, tokenizer, Budget(0, 2))
    run.go(shrink(run))
    whole = (tmp_path / "state.pt").read_bytes()
    for damaged in (b"", b"not a checkpoint", whole[: len(whole) // 2]):
        (tmp_path / "state.pt").write_bytes(damaged)
        with pytest.raises(DataError, match=r"state\.pt: this checkpoint is damaged") as told:
            run_in(tmp_path, tokenizer, Budget(0, 2))
        assert "\n" not in str(told.value)


def test_gradients_that_are_no_numbers_end_the_run_and_spoil_nothing(
    tmp_path: Path, tokenizer: BertTokenizerFast
) -> None:
    run = run_in(tmp_path, tokenizer, Budget(0, 4))
    make = shrink(run)

    def breaking(number: int) -> Step:
        done = make(number)
        if number == 2:
            next(run.model.parameters()).grad = torch.full_like(next(run.model.parameters()), float("nan"))
        return done

    with pytest.raises(DataError, match="the gradients of step 3 are no numbers"):
        run.go(breaking)
    assert all(each.isfinite().all() for each in weights(run))
    assert all(each.isfinite().all() for each in weights(run_in(tmp_path, tokenizer, Budget(0, 4))))


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), RuntimeError("writing failed")])
def test_a_full_disk_is_one_line_and_leaves_the_checkpoint_before(
    tmp_path: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    run = run_in(tmp_path, tokenizer, Budget(0, 2))
    run.go(shrink(run))
    before = (tmp_path / "state.pt").read_bytes()

    def full(*_: object) -> None:
        raise failure

    monkeypatch.setattr(torch, "save", full)
    longer = run_in(tmp_path, tokenizer, Budget(0, 3))
    with pytest.raises(DataError, match="step 3 cannot be saved"):
        longer.go(shrink(longer))
    assert (tmp_path / "state.pt").read_bytes() == before


def test_the_first_batch_is_no_more_of_what_is_shown_than_the_next(
    tmp_path: Path, tokenizer: BertTokenizerFast
) -> None:
    run = run_in(tmp_path, tokenizer, Budget(0, 4))

    def make(number: int) -> Step:
        shrink(run)(number)
        return Step(10, {"accuracy": float(number > 0)})

    run.go(make)
    assert run.means["accuracy"] == pytest.approx(3 / 4)


def test_minutes_become_steps_once_and_learn_nothing_meanwhile(
    tmp_path: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 10_000, 2))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    run = run_in(tmp_path, tokenizer, Budget(0.1))
    before, made = weights(run), list[int]()
    plan = run.plan(shrink(run, made))
    warming, timed = module.TRIAL_STEPS["cpu"]
    assert len(made) == warming + timed
    assert plan.seconds == 2 / timed
    assert plan.steps == 12
    assert plan.tokens == 10
    assert all(torch.equal(one, two) for one, two in zip(before, weights(run), strict=True))
    assert all(each.grad is None for each in run.model.parameters())
    assert not any(state for each in run._optimizers for state in each.state.values())
    assert "12 steps, 12 of them left" in told(run, plan)
    assert "20 tokens/s" in told(run, plan)
    run.go(shrink(run))
    again = run_in(tmp_path, tokenizer, Budget(99))
    assert (again.step, again.total) == (12, 12)
    assert again.plan(shrink(again)).steps == 12  # of the first start, whatever is asked now


def test_the_time_of_a_known_number_of_steps_is_told_too(
    tmp_path: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 10_000, 60))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    run = run_in(tmp_path, tokenizer, Budget(0, 8))
    assert "10 tokens a step in 15.00 s: 1 tokens/s, 2.0 minutes" in told(run, run.plan(shrink(run)))
    run.go(shrink(run))
    longer = run_in(tmp_path, tokenizer, Budget(0, 10))
    assert "10 steps, 2 of them left" in told(longer, longer.plan(shrink(longer)))
    longer.spent = 80.0
    assert "10 tokens a step in 10.00 s" in told(longer, longer.plan(shrink(longer)))


def test_a_short_run_has_a_curve_too(tmp_path: Path, tokenizer: BertTokenizerFast) -> None:
    run = run_in(tmp_path, tokenizer, Budget(0, 12))
    run.go(shrink(run))
    assert [line["step"] for line in read_history(tmp_path)] == list(range(1, 13))


def test_the_best_weights_on_the_development_part_are_kept(
    tmp_path: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOKS", 4)
    run = run_in(tmp_path, tokenizer, Budget(0, 8))
    found, seen = iter([0.5, 0.9, 0.7, 0.8]), list[list[torch.Tensor]]()

    def watch() -> float:
        assert not run.model.training
        seen.append(weights(run))
        return next(found)

    run.go(shrink(run), watch)
    assert run.best == 0.9
    assert len(seen) == 4
    best = BertForFourTasks.from_pretrained(tmp_path / "best")
    kept = dict(best.named_parameters())
    for (name, _), value in zip(run.model.named_parameters(), seen[1], strict=True):
        assert torch.equal(kept[name], value)
    assert [line["dev"] for line in read_history(tmp_path) if "dev" in line] == [0.5, 0.9, 0.7, 0.8]


def test_logs_are_read_by_tensorboard_and_a_killed_run_leaves_no_line_twice(
    tmp_path: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOG_EVERY", 1)
    each_loss: list[float] = []

    def kept(make: Callable[[int], Step]) -> Callable[[int], Step]:
        def made(number: int) -> Step:
            done = make(number)
            each_loss.append(done.values["loss"])
            return done

        return made

    run = run_in(tmp_path, tokenizer, Budget(0, 2))
    run.go(kept(shrink(run)))
    drawn = list(scalars(tmp_path / "tensorboard"))
    shutil.rmtree(tmp_path / "tensorboard")  # files of one second have one name
    with (tmp_path / HISTORY).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps({"step": 3, "loss": 1.0}) + "\n" + '{"step": 4, "lo')
    again = run_in(tmp_path, tokenizer, Budget(0, 4))
    again.go(kept(shrink(again)))
    lines = read_history(tmp_path)
    assert [line["step"] for line in lines] == [1, 2, 3, 4]
    drawn += scalars(tmp_path / "tensorboard")
    rates = {step: value for tag, step, value in drawn if tag == "lr"}
    assert rates == pytest.approx({line["step"]: line["lr"] for line in lines})
    losses = [value for tag, _, value in drawn if tag == "loss"]
    assert losses == pytest.approx(each_loss)


def test_the_bar_shows_the_losses_and_the_speed(
    tmp_path: Path, tokenizer: BertTokenizerFast, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_in(tmp_path, tokenizer, Budget(0, 3))
    run.go(shrink(run))
    bar = capsys.readouterr().err.rstrip().rsplit("\r", 1)[-1]
    assert "3/3" in bar
    assert re.search(r"loss=\d+\.\d{3}, tokens/s=[1-9]\d*\]", bar), bar


def test_what_another_run_left_in_the_folder_does_not_pass_for_this_one_s(
    tmp_path: Path, tokenizer: BertTokenizerFast
) -> None:
    first = run_in(tmp_path, tokenizer, Budget(0, 2))
    first.go(shrink(first), lambda: 0.5)
    write_record(tmp_path, {}, [], {"steps": 2})
    (tmp_path / "best" / "notes.txt").write_text("somebody's own", encoding="utf-8")
    events = tmp_path / "tensorboard" / "events.out.tfevents.1.before"  # two of one second have one name
    events.touch()
    going_on = run_in(tmp_path, tokenizer, Budget(0, 3))
    going_on.go(shrink(going_on))
    assert events.exists()
    assert (tmp_path / RECORD).exists()
    (tmp_path / "state.pt").unlink()
    second = run_in(tmp_path, tokenizer, Budget(0, 2))
    second.go(shrink(second))
    assert not (tmp_path / RECORD).exists()
    assert not events.exists()
    assert list((tmp_path / "tensorboard").iterdir())
    assert [each.name for each in (tmp_path / "best").iterdir()] == ["notes.txt"]


def test_a_run_does_not_go_on_with_other_settings_data_or_processes(
    tmp_path: Path, tokenizer: BertTokenizerFast
) -> None:
    data = tmp_path / "data.txt"
    data.write_text("one", encoding="utf-8")

    def begin(lr: float, processes: Processes = HERE, minutes: float = 1) -> Run:
        origin = Origin.of({"lr": lr, "minutes": minutes}, [str(data)], processes)
        return Run(small(tokenizer), tmp_path / "run", Budget(0, 2), lr, "test", HERE, origin=origin)

    run = begin(0.01)
    run.go(shrink(run))
    assert begin(0.01, minutes=9).step == 2
    with pytest.raises(DataError, match=r"lr was 0\.01, is 0\.02"):
        begin(0.02)
    with pytest.raises(DataError, match="processes was 1, is 2"):
        begin(0.01, Processes(torch.device("cpu"), count=2))
    data.write_text("two", encoding="utf-8")
    with pytest.raises(DataError, match=r"data\.txt has changed"):
        begin(0.01)


def test_a_run_names_every_revision_of_the_code_and_number_of_threads_that_made_its_steps(
    tmp_path: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    revisions: list[tuple[str, ...]] = []
    threads: list[tuple[int, ...]] = []
    for steps, revision in enumerate(("one", "two", "two"), start=1):
        monkeypatch.setattr("training.record.code_revision", lambda revision=revision: revision)
        monkeypatch.setattr(torch, "get_num_threads", lambda steps=steps: min(steps, 2))
        origin = Origin.of({}, [], HERE)
        run = Run(small(tokenizer), tmp_path, Budget(0, steps), 0.01, "test", HERE, origin=origin)
        said = told(run, Plan(steps, 1.0, 1))
        assert ("on 1 and 2 threads in turn: not bit for bit" in said) == (steps > 1)
        run.go(shrink(run))
        assert run.origin is not None
        revisions.append(run.origin.code)
        threads.append(run.origin.threads)
    assert revisions == [("one",), ("one", "two"), ("one", "two")]
    assert threads == [(1,), (1, 2), (1, 2)]
    assert not Origin.of({}, [], Processes(torch.device("cuda"))).threads


def test_a_run_tells_of_every_number_of_steps_that_its_learning_rate_fell_by(
    tmp_path: Path, tokenizer: BertTokenizerFast
) -> None:
    def begin(steps: int) -> Run:
        origin = Origin.of({"steps": steps}, [], HERE)
        return Run(small(tokenizer), tmp_path, Budget(0, steps), 0.01, "test", HERE, origin=origin)

    found = []
    for steps in (2, 2, 4, 3):  # the second and the last make no step
        run = begin(steps)
        said = told(run, run.plan(shrink(run)))
        assert ("; of 2 and 4 steps in turn" in said) == (steps == 4)
        run.go(shrink(run))
        assert run.origin is not None
        found.append(run.origin.totals)
    assert found == [(2,), (2,), (2, 4), (2, 4)]
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    del state["origin"]["totals"]  # as it was written before there were any
    torch.save(state, tmp_path / "state.pt")
    older = begin(5).origin
    assert older is not None
    assert older.totals == (4, 5)
    torch.save({**state, "step": 0}, tmp_path / "state.pt")
    unmade = begin(5).origin
    assert unmade is not None
    assert unmade.totals == (5,)


def test_epochs_say_what_is_read_where_there_is_a_replay() -> None:
    two, three = (Origin.of({"epochs": epochs, "replay": ["a"]}, [], HERE) for epochs in (2.0, 3.0))
    assert two.changes(three) == ["epochs was 2.0, is 3.0"]
    two, three = (Origin.of({"epochs": epochs, "replay": []}, [], HERE) for epochs in (2.0, 3.0))
    assert not two.changes(three)


def test_a_path_that_is_spelt_otherwise_is_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tok").mkdir()
    for name in ("a.txt", "b.txt", "tok/tokenizer.json"):
        (tmp_path / name).write_text(name, encoding="utf-8")

    def origin(train: str, dev: str, share: str = "3", tokenizer: str = "tok") -> Origin:
        settings = {
            "files": {"nli": [train]},
            "dev": {"nli": dev},
            "documents": [f"{train}={share}"],
            "tokenizer": Path(tokenizer),
            "tasks": ("nli",),
        }
        return Origin.of(settings, [train, dev, f"{tokenizer}/tokenizer.json"], HERE)

    then = origin("a.txt", "b.txt")
    assert not then.changes(origin(str(tmp_path / "a.txt"), "./b.txt", tokenizer=str(tmp_path / "tok")))
    [share] = then.changes(origin("./a.txt", "b.txt", share="2"))
    assert share == "documents was ['a.txt=3'], is ['./a.txt=2']"
    assert len(then.changes(origin("./b.txt", "./a.txt"))) == 3, "the files have changed their parts"
    (tmp_path / "tok" / "tokenizer.json").write_text("another", encoding="utf-8")
    assert then.changes(origin("a.txt", "b.txt", tokenizer="../" + tmp_path.name + "/tok"))
    assert then.read.keys() == {"files", "dev", "documents", "tokenizer"}
    assert str(tmp_path) not in str(then), "nobody needs to know where"


def test_an_option_that_came_later_does_not_stop_an_old_run() -> None:
    then = Origin({"lr": "1"}, {})
    assert not then.changes(Origin({"lr": "1", "debias": "0.0"}, {}))
    assert then.changes(Origin({"lr": "2", "debias": "0.0"}, {})) == ["lr was 1, is 2"]


def test_processes_that_stand_at_different_steps_do_not_go_on(
    tmp_path: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Processes, "agreed", lambda *_: 5)
    with pytest.raises(DataError, match="stands at step 0 here and not elsewhere"):
        run_in(tmp_path, tokenizer, Budget(0, 9))


def test_a_run_that_is_killed_in_its_first_step_keeps_the_number_of_steps(
    tmp_path: Path, tokenizer: BertTokenizerFast
) -> None:
    run = run_in(tmp_path, tokenizer, Budget(0, 5))

    def dying(number: int) -> Step:
        raise KeyboardInterrupt(number)

    with pytest.raises(KeyboardInterrupt):
        run.go(dying)
    again = run_in(tmp_path, tokenizer, Budget(60))
    assert (again.step, again.total) == (0, 5)
