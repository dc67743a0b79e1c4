"""What a comparison of a candidate with the champion found, as a value that is kept and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from math import isfinite, nan

LEAST_VOTERS = 5
"""So many people must have taught a candidate, for the gate to pass it."""
VOTER_CAP = 0.30
"""So much of the votes that taught it may be one person's, for the gate to pass it."""
LEAST_GOLD = 100
"""With so many known rows a gain is judged on them.

With so many that no voters made, what passes may be promoted by itself."""
LEAST_TESTED = 736
"""A test file needs so many texts to show by itself, no row lost and none gained, that nothing was lost."""
RECALL_ROWS = 2
"""So many rows a class may lose on balance, whatever share they are: the noise of one or two."""

Number = float | int | str | None
"""What a check may hold beside its state."""


class CheckName(StrEnum):
    """What is looked at, in the order in which it is told."""

    ANSWERS = "answers"
    CHANGED = "changed"
    GAIN = "gain"
    TEST = "test"
    RECALL = "recall"
    CALIBRATION = "calibration"
    LATENCY = "latency"
    VOTERS = "voters"
    VOTER_SHARE = "voter_share"


class CheckState(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_SEEN = "not_seen"


class Doubt(StrEnum):
    """Why a person has to promote what passed, in the order in which it is told."""

    VOTES_ALONE = "votes_alone"
    """Its gain was judged on what the same people voted that it learnt from: one may have five accounts."""
    VOTED_GOLD = "voted_gold"
    """Its gain was judged on known labels, but without those that voters made they show none."""
    NOT_TESTED = "not_tested"
    """There was no original test file: what the model could do before may be lost, and nobody saw it."""
    FEW_TESTED = "few_tested"
    """Nothing was lost in a test file, but with so few rows more than the bound may be lost."""
    LOST_RECALL = "lost_recall"
    """A class lost more than the bound, which may be chance: so it was not refused for it."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule and what it found. Shares and differences of shares are 0…1, times are milliseconds.

    Attributes:
        name: Which rule.
        state: How it ended; not seen where there was nothing, or too little, to judge by.
        numbers: JSON-able, by rule, ``n`` always rows, ``set`` and ``task`` what they are of. Where two are
            compared, ``champion`` and ``candidate``; where rows are paired, ``gained`` that the candidate
            alone has right and ``lost`` that the champion alone has, ``low`` and ``high`` the 95 % interval.

            - ``answers``: broken (rows answered with no numbers), n.
            - ``changed``: changed (rows answered otherwise), n.
            - ``gain``: set, task, n, champion, candidate, gain, low, high, gained, lost, p, alpha, level (of
              the interval, 1 - alpha), smallest (gain that would have been seen with the chance ``power``;
              None: none), gold (rows of it), least_gold, earlier (candidates that these rows judged before:
              each gets less of the 5 % of chance than the one before it), of gold voted (labels that voters
              agreed on) and p_given (p if none of these had spoken for the candidate, at most). Not seen:
              without champion and what follows from it.
            - ``test``: set, task, n, champion, candidate, gain, low (where no row was lost, less what may be
              lost unseen in so few), high, gained, lost, margin, smallest. Not seen: task, margin.
            - ``recall``: set, task, label, n, margin, champion, candidate, drop, gained, lost, p.
            - ``calibration``: set, task, n, champion, candidate, worse, low, margin. Not seen: task, margin.
            - ``latency``: champion_ms, candidate_ms, ratio, low, bound, n (questions to each).
            - ``voters``: voters, least, known (1 if known labels have shown that people are right, 0 if they
              merely agree). ``voter_share``: share, cap.
    """

    name: CheckName
    state: CheckState
    numbers: Mapping[str, Number]

    @property
    def doubtful(self) -> bool:
        """Whether a class lost more than it may, or a task may have, though it passed as that is not sure."""
        if self.state is not CheckState.PASSED:
            return False
        if self.name is CheckName.TEST:
            return _amount(self, "low") <= -_amount(self, "margin")
        if self.name is not CheckName.RECALL:
            return False
        drop, margin, lost, gained = (_amount(self, each) for each in ("drop", "margin", "lost", "gained"))
        return drop > margin and lost - gained > RECALL_ROWS

    @property
    def unclear(self) -> bool:
        """Whether calibration or time is beyond its bound, though it passed as that may be chance."""
        if self.state is not CheckState.PASSED:
            return False
        return any(
            _amount(self, found) > _amount(self, bound)
            for found, bound in (("worse", "margin"), ("ratio", "bound"))
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a candidate may take the champion's place.

    Attributes:
        passed: Whether it may: a gain was seen, and nothing failed.
        task: What it was taught.
        champion: Name of the model that answers now; where that has to go, of the one that would without it.
        candidate: Name of the model that would.
        checks: Every rule, in the order of ``CheckName``.
        leaving: Name of the model that answers now and has to go, as it learnt from a text that was deleted;
            None if none has to.
        weights: Fingerprint of the champion's weights where it is a preset's own model, which others may take
            the place of under the same name; None for a trained one.
        learnt: How many known rows (gold) were not asked, as one of the two models had learnt from their
            texts.
    """

    passed: bool
    task: str
    champion: str
    candidate: str
    checks: tuple[Check, ...]
    leaving: str | None = None
    weights: str | None = None
    learnt: int = 0

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """Why a person has to promote what passed; none where it may serve by itself, or was refused."""
        if not self.passed:
            return ()
        found = []
        if self._gain_on_gold is None:
            found.append(Doubt.VOTES_ALONE)
        elif not self.decided_on_gold:
            found.append(Doubt.VOTED_GOLD)
        if not any(self._passes(check, CheckName.TEST, "task", self.task) for check in self.checks):
            found.append(Doubt.NOT_TESTED)
        doubtful = {check.name for check in self.checks if check.doubtful}
        found += [Doubt.FEW_TESTED] if CheckName.TEST in doubtful else []
        found += [Doubt.LOST_RECALL] if CheckName.RECALL in doubtful else []
        return tuple(found)

    @property
    def decided_on_gold(self) -> bool:
        """Whether known labels decided it that no voters made: enough of them, and they alone show a gain."""
        if self._gain_on_gold is None:
            return False
        numbers = ("n", "voted", "least_gold", "p_given", "alpha")
        n, voted, least, p, alpha = (_amount(self._gain_on_gold, each) for each in numbers)
        return n - voted >= least and p < alpha

    def is_about(self, rival: str | None) -> bool:
        """Whether it tells what changes if the candidate takes the place of ``rival``, who answers."""
        return rival is not None and rival in (self.champion, self.leaving)

    @property
    def _gain_on_gold(self) -> Check | None:
        return next(
            (check for check in self.checks if self._passes(check, CheckName.GAIN, "set", "gold")), None
        )

    @staticmethod
    def _passes(check: Check, name: CheckName, key: str, value: str) -> bool:
        return check.name is name and check.state is CheckState.PASSED and check.numbers.get(key) == value

    def as_json(self) -> dict[str, object]:
        """For a database row: what ``from_json`` reads."""
        return {
            "passed": self.passed,
            "task": self.task,
            "champion": self.champion,
            "candidate": self.candidate,
            "leaving": self.leaving,
            "weights": self.weights,
            "learnt": self.learnt,
            "checks": [{**asdict(check), "numbers": dict(check.numbers)} for check in self.checks],
        }

    @classmethod
    def from_json(cls, body: object) -> Verdict:
        """Read what ``as_json`` wrote.

        Raises:
            ValueError: It is something else; one line.
        """
        if not isinstance(body, Mapping):
            raise ValueError("a verdict is an object")  # noqa: TRY004  # data from outside, not a bug
        passed, checks = body.get("passed"), body.get("checks")
        names = [body.get(key) for key in ("task", "champion", "candidate")]
        if not isinstance(passed, bool) or not isinstance(checks, list):
            raise ValueError("a verdict has passed, true or false, and a list of checks")  # noqa: TRY004
        task, champion, candidate = (name if isinstance(name, str) else "" for name in names)
        if not (task and champion and candidate):
            raise ValueError("a verdict names its task, champion and candidate")
        said = (body.get(key) for key in ("leaving", "weights"))
        gone, weights = (each if isinstance(each, str) and each else None for each in said)
        learnt = body.get("learnt")  # an older version left none out
        left_out = learnt if isinstance(learnt, int) else 0
        return cls(passed, task, champion, candidate, tuple(map(_check, checks)), gone, weights, left_out)


def _amount(check: Check, name: str) -> float:
    """Return a number of a check; NaN, which is neither above nor below anything, if there is none."""
    value = check.numbers.get(name)
    return value if isinstance(value, int | float) else nan


def _check(body: object) -> Check:
    if not isinstance(body, Mapping):
        raise ValueError("a check is an object")  # noqa: TRY004
    numbers = body.get("numbers")
    if not isinstance(numbers, Mapping) or not all(map(_is_number, numbers.values())):
        raise ValueError("the numbers of a check are finite numbers or words")
    return Check(CheckName(str(body.get("name"))), CheckState(str(body.get("state"))), {**numbers})


def _is_number(value: object) -> bool:
    return value is None or isinstance(value, str) or (isinstance(value, int | float) and isfinite(value))
