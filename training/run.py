"""What every training run shares: steps, a bar, logs, and a state that survives a kill at any moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from models.multitask import BertForFourTasks
from training.ahead import telling_of_kills
from training.history import History
from training.occupied import occupied
from training.optimizers import adamw
from training.processes import Processes
from training.record import PICTURE, RECORD, Origin
from training.schedule import Budget, learning_rate
from training.state import has_state, read_state, stamp, write_state
from training.stopping import Stopping
from training.telling import quiet
from training.textfiles import DataError

CLIP = 1.0  # largest norm of all gradients together
SAVE_EVERY = 300.0  # seconds
LOG_EVERY = 20  # steps
LINES = 50  # a shorter run logs more often, for a curve worth looking at
LOOKS = 10  # at the development part, over a run
TRIAL_STEPS: Mapping[str, tuple[int, int]] = {"cpu": (1, 4), "cuda": (12, 12)}
"""Made to warm up, then timed to turn minutes into steps.

A GPU loads kernels and asks for memory at the first batch of each length: by the second to fifth step, a run
of 26 seconds was told to take 84.
"""
_KEPT = 0.98  # of a running mean, at each step
_LEFT = (RECORD, PICTURE, "tensorboard/events.out.tfevents.*", "best/config.json", "best/model*.safetensors*")
"""What a run before this one may have left in the folder, and must not pass for this one's."""

Values = Mapping[str, float]
AfterStep = Callable[["Run"], object]


@dataclass(frozen=True, slots=True)
class Step:
    """What a step was like, its gradients being in the model.

    Attributes:
        tokens: Read by this process.
        values: Losses and accuracies to log.
    """

    tokens: int
    values: Values


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a run is.

    Attributes:
        steps: In all.
        seconds: Per step.
        tokens: Per step, of all processes.
    """

    steps: int
    seconds: float
    tokens: int


@dataclass(slots=True)
class Run:
    """A training run.

    Whatever a step draws must come from its number alone; then a run that was killed and begun again ends
    with the same weights as one that was not, bit for bit on the same processor with as many threads.

    Attributes:
        model: What is trained.
        folder: Where the state and the logs lie; an existing state is continued.
        budget: When it ends.
        peak_lr: Highest learning rate.
        description: Stands before the bar.
        processes: Who trains.
        optimizers: Makes them for a model and a peak learning rate.
        seed: Of dropout.
        origin: What its weights come from; a run is not continued from anything else.
        after_step: Is given the run after every step.
        step: Steps made.
        total: Steps in all; 0 before it is known.
        tokens: Tokens read.
        spent: Seconds used up.
        best: Highest value of ``go``'s watch so far.
        planned: What ``plan`` found.
    """

    model: BertForFourTasks
    folder: Path
    budget: Budget
    peak_lr: float
    description: str
    processes: Processes
    optimizers: Callable[[BertForFourTasks, float], list[torch.optim.Optimizer]] = adamw
    seed: int = 0
    origin: Origin | None = None
    after_step: AfterStep = quiet
    step: int = 0
    total: int = 0
    tokens: int = 0
    spent: float = 0.0
    best: float | None = None
    planned: Plan | None = None
    _optimizers: list[torch.optim.Optimizer] = field(init=False)
    _peaks: list[list[float]] = field(init=False)
    _mean: dict[str, float] = field(init=False, default_factory=dict)
    _seen: tuple[int, int] | None = field(init=False)

    def __post_init__(self) -> None:
        self.model.to(self.processes.device)  # type: ignore[arg-type]  # transformers' own signature is odd
        self._optimizers = self.optimizers(self.model, self.peak_lr)
        self._peaks = [[group["lr"] for group in each.param_groups] for each in self._optimizers]
        self.total = self.budget.steps or 0
        self._seen = stamp(self.folder)
        if has_state(self.folder):
            self._load()
        self._settle(self.total)
        if self.processes.agreed(self.step) != self.step:
            raise DataError(
                f"{self.folder}: the run stands at step {self.step:,} here and not elsewhere; all processes "
                "need one folder, so let machines share a disk"
            )
        self.processes.give(self.model)

    @property
    def means(self) -> Values:
        """Running means of what was logged: losses and accuracies."""
        return self._mean

    def plan(self, make: Callable[[int], Step]) -> Plan:
        """Say how long the run is; where minutes are to become steps, settle how many.

        A new run tries a few whole steps and takes them back; one that goes on has its own past to tell by.
        """
        if self.step:
            seconds, tokens = self.spent / self.step, self.tokens // self.step
        else:
            seconds, tokens = self._trial(make)
            fitting = max(1, round(60 * self.budget.minutes / seconds))
            self._settle(self.total or self.processes.agreed(fitting))
        self.planned = Plan(self.total, seconds, tokens)
        return self.planned

    def _settle(self, total: int) -> None:
        """Take a number of steps in all; one by which steps are made is told."""
        self.total = total
        if self.origin is not None and total > self.step:
            self.origin = self.origin.of_steps(total)

    def _trial(self, make: Callable[[int], Step]) -> tuple[float, int]:
        """Seconds and tokens of a step, optimizers included; no weight is another after it."""
        kept = {name: value.clone() for name, value in self.model.state_dict().items()}
        warming, timed = TRIAL_STEPS[self.processes.device.type]
        begin, tokens = 0.0, 0
        for number in range(warming + timed):
            if number == warming:
                begin, tokens = time.monotonic(), 0
            tokens += self.processes.share(self.model, self._draw(make, number).tokens)
            self._learn()
        seconds = (time.monotonic() - begin) / timed
        self.model.load_state_dict(kept)
        self._optimizers = self.optimizers(self.model, self.peak_lr)
        return seconds, tokens // timed

    def go(self, make: Callable[[int], Step], watch: Callable[[], float] | None = None) -> None:
        """Make every step that is left.

        Args:
            make: Computes the gradients of step n.
            watch: Tells how good the model is, ``LOOKS`` times; ``folder/best`` keeps the weights of the
                highest.

        Raises:
            DataError: Another process trains in the folder, or one that drew examples was killed.
            KeyboardInterrupt: Told to stop; the step was finished and the state is saved.
        """
        self.folder.mkdir(parents=True, exist_ok=True)  # not before: a dry run leaves nothing behind
        with occupied(self.folder) if self.processes.leads else nullcontext(), telling_of_kills():
            if self.processes.leads and stamp(self.folder) != self._seen:
                raise DataError(f"{self.folder}: another process has trained here meanwhile: call it again")
            if not self.total:
                self.plan(make)
            if self.processes.leads and not self.step:
                for old in (each for pattern in _LEFT for each in self.folder.glob(pattern)):
                    old.unlink()
            self._go(make, watch)

    def _go(self, make: Callable[[int], Step], watch: Callable[[], float] | None) -> None:
        history = History(self.folder, self.step) if self.processes.leads else None
        bar = tqdm(
            total=self.total,
            initial=self.step,
            desc=self.description,
            unit="step",
            mininterval=1,
            disable=not self.processes.leads,
        )
        if history is not None and not self.step:
            self._save()  # the number of steps is settled: killed now, it goes on with the same
        every = max(1, min(LOG_EVERY, self.total // LINES))
        saved = time.monotonic()
        with Stopping() as stopping:
            while self.step < self.total:
                done = self._one_step(make, bar)
                self.after_step(self)
                if history is not None and (self.step % every == 0 or self.step == self.total):
                    self._log(history, done.values)
                # At steps of its own, not the clock's: what is chosen must not depend on how fast this went.
                looks = watch is not None and self.step % max(1, self.total // LOOKS) == 0
                if history is not None:
                    if watch is not None and (looks or self.step == self.total):
                        self._look(watch, history)
                    late = stopping.asked or time.monotonic() - saved > SAVE_EVERY
                    if looks or self.step == self.total or late:
                        self._save()
                        saved = time.monotonic()
                if stopping.asked:
                    raise KeyboardInterrupt
        bar.close()
        if history is not None:
            history.close()

    def _one_step(self, make: Callable[[int], Step], bar: tqdm[Any]) -> Step:
        begin = time.monotonic()
        done = self._draw(make, self.step)
        tokens = self.processes.share(self.model, done.tokens)
        self._learn()
        self.tokens += tokens
        self.step += 1
        self.spent += time.monotonic() - begin
        for name, value in done.values.items():
            kept = min(_KEPT, 1 - 1 / self.step)  # about the first fifty count alike
            self._mean[name] = kept * self._mean.get(name, value) + (1 - kept) * value
        shown = {name: f"{value:.3f}" for name, value in self._mean.items()}
        bar.set_postfix({**shown, "tokens/s": f"{self.tokens / self.spent:.0f}"}, refresh=False)
        bar.update()
        return done

    def _draw(self, make: Callable[[int], Step], number: int) -> Step:
        # Dropout draws from the step's own stream, so that a resumed run draws as it would have.
        torch.manual_seed((self.seed * 1_000_003 + number) * 1_009 + self.processes.rank)
        return make(number)

    def _learn(self) -> None:
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        if not norm.isfinite():  # all that is learnt afterwards would be no numbers, too
            raise DataError(
                f"{self.folder}: the gradients of step {self.step + 1:,} are no numbers (NaN or infinite); "
                "take a lower --lr and another --out"
            )
        for optimizer, peaks in zip(self._optimizers, self._peaks, strict=True):
            for group, peak in zip(optimizer.param_groups, peaks, strict=True):
                group["lr"] = learning_rate((self.step + 1) / (self.total + 1), peak)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

    def _log(self, history: History, values: Values) -> None:
        lr = self._optimizers[-1].param_groups[0]["lr"]
        line = {
            "step": self.step,
            "tokens": self.tokens,
            "seconds": round(self.spent, 1),
            "lr": lr,
            **{name: round(value, 5) for name, value in self._mean.items()},
        }
        history.add(line, {**values, "lr": lr, "tokens/s": self.tokens / self.spent})

    def _look(self, watch: Callable[[], float], history: History) -> None:
        self.model.train(mode=False)
        found = watch()
        self.model.train()
        tqdm.write(f"step {self.step}: {found:.4f} on the development part")
        history.add({"step": self.step, "tokens": self.tokens, "dev": round(found, 5)}, {"dev": found})
        if self.best is None or found > self.best:
            self.best = found
            self.model.save_pretrained(self.folder / "best")

    def _save(self) -> None:
        write_state(
            self.folder,
            {
                "step": self.step,
                "total": self.total,
                "tokens": self.tokens,
                "spent": self.spent,
                "best": self.best,
                "mean": self._mean,
                "origin": None if self.origin is None else asdict(self.origin),
                "model": self.model.state_dict(),
                "optimizers": [each.state_dict() for each in self._optimizers],
            },
        )
        self._seen = stamp(self.folder)

    def _load(self) -> None:
        state = read_state(self.folder, self.processes.device)
        if self.origin is not None and state.get("origin") is not None:
            then = Origin(**{"totals": (state["total"],), **state["origin"]})
            changes = then.changes(self.origin)
            if changes:
                raise DataError(
                    f"{self.folder}: the run in it began otherwise ({'; '.join(changes)[:300]}); "
                    "ask for the same again, or take another --out"
                )
            # Where nothing is left to do, this code makes no step.
            left = (self.total or state["total"]) > state["step"]
            if state["step"]:  # else nothing was made then
                self.origin = self.origin.after(then) if left else then
        self.model.load_state_dict(state["model"])
        for optimizer, its in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(its)
        self.step, self.tokens, self.spent = state["step"], state["tokens"], state["spent"]
        self.total, self.best = self.total or state["total"], state["best"]
        self._mean = dict(state["mean"])


def told(run: Run, plan: Plan) -> str:
    """A plan in words."""
    left = plan.steps - run.step
    if left <= 0:
        return (
            f"{run.description}: {run.step:,} steps were made in {run.folder}, and {plan.steps:,} are asked "
            "for: nothing is left to do (--steps with more of them goes on)"
        )
    threads = () if run.origin is None else run.origin.threads
    totals = () if run.origin is None else run.origin.totals
    rounded = (
        f"; on {' and '.join(map(str, threads))} threads in turn: not bit for bit what one number would give"
    )
    jumping = (
        f"; of {' and '.join(f'{each:,}' for each in totals)} steps in turn: the learning rate jumps to "
        "where the last number has it"
    )
    return (
        f"{run.description}: {plan.steps:,} steps, {left:,} of them left, in {run.folder}; "
        f"{plan.tokens:,} tokens a step in {plan.seconds:.2f} s: "
        f"{plan.tokens / plan.seconds:,.0f} tokens/s, {plan.seconds * left / 60:.1f} minutes"
        + (rounded if len(threads) > 1 else "")
        + (jumping if len(totals) > 1 else "")
    )
