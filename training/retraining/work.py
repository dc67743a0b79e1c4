"""One retraining from beginning to end, which may be killed at any moment and goes on where it was.

    snapshot → fine-tuning from what answers → gate → checkpoint registered → promoted, if nobody can doubt it

What must survive a kill is in the run's row (which snapshot, which name) and in the run's folder (the state
of the training). The trunk moves with the task that is taught: the other heads of the new checkpoint may
answer worse than before. That is no harm, as a checkpoint serves its own task alone.
"""

from __future__ import annotations

from dataclasses import replace

from models.errors import ModelServiceError
from storage.checkpoint_values import CheckpointState, NewCheckpoint, UnknownCheckpoint
from storage.runs import CancelledRun, Failure, Run, RunState
from storage.snapshots import StoredSnapshot
from storage.store import Store
from storage.verdicts import Verdict
from training.feedback.snapshot import take_snapshot
from training.gate.compare import compare
from training.jobs import finetune
from training.processes import Processes
from training.retraining.beginning import (
    Beginning,
    beginning,
    lesson,
    no_text,
    own_version,
)
from training.retraining.guards import alone, undisturbed
from training.retraining.learnt_before import learnt_by, own_checkpoint
from training.retraining.ledger import Ledger
from training.retraining.material import Material, check_learnable, material, teachers_of, with_earlier
from training.retraining.one_model import one_rival
from training.retraining.place import TeachingPlace
from training.retraining.registering import Judged, Outcome, Tainted, promote, put_aside, register, remove
from training.retraining.reporter import Reporter
from training.retraining.rivals import Rival
from training.retraining.wish import Wish
from training.revision import code_revision
from training.telling import Say
from training.textfiles import DataError

_TRIES = 3


class Retraining:
    """Does the work of a training that this process has claimed.

    Args:
        ledger: Holds the claim.
        place: Where everything lies.
        processes: Who trains.
        say: Is told what happens, line by line.
    """

    def __init__(self, ledger: Ledger, place: TeachingPlace, processes: Processes, say: Say) -> None:
        self._ledger, self._place, self._processes, self._say = ledger, place, processes, say
        self._run: Run = ledger.run
        self._wish = place.completed(Wish.from_json(ledger.run.options), ledger.run.task)
        self._folder = place.run(ledger.run.id).absolute()

    def go(self) -> Outcome:
        """Do all that is left of it, and end the run.

        Raises:
            DataError: It cannot be done; one line.
            StorageError: The database failed.
            KeyboardInterrupt: Told to stop.
        """
        check_learnable(self._run.task)
        self._ledger.call(lambda store: store.teaching.claim(self._folder))
        with alone(self._folder):
            self._clear_others()
            for _ in range(_TRIES):
                try:
                    name = self._name()
                    judged = None if self._is_registered(name) else self._judged(name)
                    with undisturbed():
                        return self._end(name, judged)
                except CancelledRun:
                    self._ledger.cancelled = True
                    raise KeyboardInterrupt from None
                except Tainted:
                    self._say("a text that it learnt from was deleted meanwhile: beginning anew")
                    self._begin_anew()
        raise DataError("texts were deleted all the while: try again", Failure.TEXTS_DELETED)

    def clear(self) -> None:
        """Delete what a training that will not go on has left; what was judged is kept, unless cancelled."""
        name = self._ledger.progress.get("name")
        if isinstance(name, str) and not self._is_kept(name):
            remove(self._place.checkpoints.absolute() / name)
        remove(self._folder)

    def _is_kept(self, name: str) -> bool:
        async def kept(store: Store) -> bool:
            return (await store.checkpoints.get(name)).state is not CheckpointState.RETIRED

        return self._is_registered(name) and self._ledger.call(kept)

    def _clear_others(self) -> None:
        """Delete what trainings have left in their folders that ended while no process had them."""
        left = list(self._folder.parent.iterdir())  # first: whoever begins after this is not in it
        unfinished = self._ledger.call(lambda store: store.runs.unfinished())
        for path in left:
            if path.stem not in {str(run.id) for run in unfinished}:
                remove(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _judged(self, name: str) -> tuple[NewCheckpoint, Judged]:
        """Train, and compare with the champion.

        Raises:
            Tainted: It failed, and a text that it was to learn from was deleted meanwhile.
        """
        self._rival()  # before anything is drawn
        snapshot = self._snapshot()
        try:
            start = self._start()
            found = self._material(snapshot, start.model)
            self._train(snapshot, found, start)
            return self._compare(name, snapshot, found, start)
        except (DataError, ModelServiceError, OSError) as error:
            now = self._ledger.call(lambda store: store.snapshots.get(snapshot.name))
            if now is None or now.state != "whole":  # its files go with the text
                raise Tainted from error
            raise

    def _end(self, name: str, judged: tuple[NewCheckpoint, Judged] | None) -> Outcome:
        """Register the checkpoint, promote it if it may be, and end the run."""
        if judged is not None:
            self._ledger.call(lambda store: register(store, *judged, self._run.id))
        outcome = self._settle(name)
        self._ledger.tell(
            phase="done",
            verdict=outcome.verdict.as_json(),
            promoted=outcome.promoted,
            overtaken=outcome.overtaken,
        )
        remove(self._folder)  # first: once the run has ended, nobody takes it up again to do so
        self._ledger.finish(RunState.DONE, checkpoint_id=outcome.id)
        return outcome

    def _name(self) -> str:
        """The name that the checkpoint has, or will have."""
        name = self._ledger.progress.get("name")
        if not isinstance(name, str):
            name = self._ledger.call(lambda store: store.checkpoints.next_name(self._run.task))
            remove(self._place.checkpoints.absolute() / name)  # a training that was given up had it, too
            self._ledger.keep(name=name, phase="snapshot")
        return name

    def _is_registered(self, name: str) -> bool:
        async def known(store: Store) -> bool:
            try:
                return (await store.checkpoints.get(name)).verdict is not None
            except UnknownCheckpoint:
                return False

        return self._ledger.call(known)

    def _snapshot(self) -> StoredSnapshot:
        """The data set that this run began with; else the one that was asked for, or a new one.

        Raises:
            DataError: There is none of that name, or nothing to draw.
            Tainted: A text in it was deleted.
        """
        begun = self._ledger.progress.get("snapshot")
        name = begun if isinstance(begun, str) else self._wish.snapshot
        if name is None:
            folder = self._place.snapshots
            taken = self._ledger.call(lambda store: take_snapshot(store, self._run.task, folder))
            self._ledger.keep(snapshot=taken.name)
            return taken
        known = self._ledger.call(lambda store: store.snapshots.get(name))
        if known is not None and known.state != "whole" and name != self._wish.snapshot:
            raise Tainted
        if known is None or known.task != self._run.task:
            raise DataError(f"there is no snapshot {name} of {self._run.task}")
        if known.state != "whole":
            raise DataError(f"{name}: a text in it was deleted, and its files with it; draw a new one")
        self._ledger.keep(snapshot=name)
        return known

    def _start(self) -> Beginning:
        """What is trained from.

        Kept for the whole run: a champion that changes meanwhile must not be what half of it came from.
        """
        kept = self._ledger.progress.get("start")
        if isinstance(kept, dict):
            return Beginning(**kept)
        start = beginning(self._place, self._run.task, self._rival().checkpoint)
        self._ledger.keep(start={"model": start.model, "parent": start.parent, "base": start.base})
        return start

    def _train(self, snapshot: StoredSnapshot, found: Material, start: Beginning) -> None:
        self._say(f"{snapshot.name}: {', '.join(f'{part} {count:,}' for part, count in found.rows.items())}")
        self._ledger.tell(phase="training", rows=found.rows)
        job = lesson(self._run.task, self._wish, start.model, found, self._folder)
        # The gate, and no figure of its own development part, decides: a champion may have learnt some of it.
        after = Reporter(self._ledger)
        finetune(job, self._processes, self._say, no_text, learnt_too=True, after_step=after)

    def _material(self, snapshot: StoredSnapshot, *models: str) -> Material:
        its = (self._run.task, snapshot.name, snapshot.path, self._wish.test)
        return material(*its, learnt_by(*models))

    def _compare(
        self, name: str, snapshot: StoredSnapshot, found: Material, start: Beginning
    ) -> tuple[NewCheckpoint, Judged]:
        """Put the model where it would serve from, and compare it with what would answer without it."""
        folder = self._place.checkpoints.absolute() / name
        version = put_aside(self._folder, folder)
        against = self._rival()
        other = against.checkpoint
        model = (
            own_checkpoint(self._place.preset, self._place.catalog, self._run.task)
            if other is None
            else other.path
        )
        if model != start.model:  # another one was promoted meanwhile
            found = self._material(snapshot, start.model, model)
        total, read = 2 * sum(len(each.rows) for each in found.sets), 0

        def progress(more: int) -> None:
            nonlocal read
            read += more
            self._ledger.tell(phase="gate", step=read, steps=total)

        self._ledger.tell(phase="gate", step=0, steps=total)
        named = against.name or self._place.preset
        self._say(f"comparing {name} with {named} on {total // 2:,} texts")
        members = self._ledger.call(lambda store: store.snapshots.members(snapshot.id))
        compared = compare(
            model,
            folder,
            self._run.task,
            self._ledger.call(lambda store: with_earlier(store, members, found, name)),
            self._ledger.call(lambda store: teachers_of(store, snapshot)),
            leaving=against.leaving,
            device=self._processes.device,
            progress=progress,
        )
        verdict = replace(
            compared.verdict,
            champion=named,
            candidate=name,
            learnt=len(found.known),
            weights=own_version(self._place, self._run.task) if other is None else None,
        )
        new = NewCheckpoint(
            task=self._run.task,
            name=name,
            path=str(folder),
            version=version,
            base=start.base,
            parent=start.parent,
            snapshot=snapshot.name,
            seed=self._wish.seed,
            code=code_revision(),
            metrics={"rows": found.rows, "best": self._ledger.progress.get("accuracy")},
        )
        return new, Judged(verdict, compared.correct, against.name)

    def _settle(self, name: str) -> Outcome:
        """Promote what passed beyond doubt, if that is wanted; any other that passed waits for a person."""
        checkpoint = self._ledger.call(lambda store: store.checkpoints.get(name))
        if checkpoint.tainted and checkpoint.state is not CheckpointState.REFUSED:
            raise Tainted
        assert checkpoint.verdict is not None  # noqa: S101  # it is registered with one
        preset, verdict = self._place.preset, checkpoint.verdict
        changes = self._ledger.call(lambda store: store.checkpoints.changes(self._run.task))
        promoted = any(change.after == name for change in changes)  # by a person, or before a kill
        answers = self._still_answers(verdict) if verdict.passed and not promoted else None
        overtaken = answers is False
        if answers and not verdict.doubts and self._wish.promote:
            promoted = self._ledger.call(lambda store: promote(store, checkpoint, self._run.id, preset))
            overtaken = not promoted
        return Outcome(name, verdict, promoted, overtaken, checkpoint.id)

    def _still_answers(self, verdict: Verdict) -> bool | None:
        """Whether what it was compared with answers, with the same weights; None if nobody can tell."""
        standing = self._ledger.call(lambda store: store.checkpoints.standing(self._run.task))
        if not verdict.is_about(standing.rival(self._place.preset)):
            return False
        if verdict.weights is None:
            return True
        try:
            return verdict.weights == own_version(self._place, self._run.task)
        except DataError as error:  # what is kept waits: a training that failed has left nothing
            self._say(f"whether {verdict.champion} has the weights that it had cannot be told: {error}")
            return None

    def _rival(self) -> Rival:
        return one_rival(self._ledger, self._place, self._run.task)

    def _begin_anew(self) -> None:
        self.clear()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._ledger.keep(name=None, snapshot=None, start=None, phase="snapshot")
