from __future__ import annotations

import json
from dataclasses import replace

import pytest

from storage.verdicts import Check, CheckName, CheckState, Verdict

VERDICT = Verdict(
    passed=True,
    task="nli",
    champion="builtin",
    candidate="var/<a>",
    checks=(
        Check(CheckName.GAIN, CheckState.PASSED, {"set": "gold", "n": 200, "p": 0.01, "smallest": None}),
        Check(CheckName.TEST, CheckState.NOT_SEEN, {"task": "nli"}),
    ),
)


def test_a_verdict_is_the_same_after_json() -> None:
    assert Verdict.from_json(json.loads(json.dumps(VERDICT.as_json(), allow_nan=False))) == VERDICT


CHECK = {"name": "gain", "state": "passed", "numbers": {}}
WHOLE = {"passed": True, "task": "nli", "champion": "a", "candidate": "b", "checks": [CHECK]}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (None, "a verdict is an object"),
        ({}, "passed, true or false"),
        (WHOLE | {"passed": "yes"}, "passed, true or false"),
        (WHOLE | {"checks": None}, "a list of checks"),
        (WHOLE | {"champion": None}, "names its task"),
        (WHOLE | {"task": ""}, "names its task"),
        (WHOLE | {"checks": ["gain"]}, "a check is an object"),
        (WHOLE | {"checks": [CHECK | {"name": "luck"}]}, "'luck' is not a valid CheckName"),
        (WHOLE | {"checks": [CHECK | {"state": "open"}]}, "'open' is not a valid CheckState"),
        (WHOLE | {"checks": [CHECK | {"numbers": []}]}, "the numbers of a check"),
        (WHOLE | {"checks": [CHECK | {"numbers": {"p": float("nan")}}]}, "finite"),
        (WHOLE | {"checks": [CHECK | {"numbers": {"p": [1]}}]}, "finite"),
    ],
)
def test_what_is_no_verdict_is_refused(body: object, said: str) -> None:
    assert Verdict.from_json(WHOLE).passed
    with pytest.raises(ValueError, match=said):
        Verdict.from_json(body)


def test_it_keeps_who_has_to_go_and_names_nobody_without() -> None:
    kept = replace(VERDICT, leaving="sentiment-0007", learnt=3).as_json()
    assert (Verdict.from_json(kept).leaving, Verdict.from_json(kept).learnt) == ("sentiment-0007", 3)
    del kept["leaving"], kept["learnt"]
    assert Verdict.from_json(kept) == VERDICT


def test_it_keeps_which_weights_a_preset_had_if_it_was_one() -> None:
    kept = replace(VERDICT, weights="0123456789ab").as_json()
    assert Verdict.from_json(kept).weights == "0123456789ab"
    del kept["weights"]
    assert Verdict.from_json(kept) == VERDICT


def test_it_is_about_what_was_compared_and_about_what_had_to_go() -> None:
    gone = replace(VERDICT, leaving="sentiment-0007")
    names = ("builtin", "sentiment-0007", "sentiment-0006")
    assert [gone.is_about(name) for name in names] == [True, True, False]
    assert VERDICT.is_about("builtin")
    assert not VERDICT.is_about("sentiment-0007")
