from __future__ import annotations

from dataclasses import replace

import pytest
from telegram.constants import MessageLimit

from handlers import utf16
from handlers.replies.counts import Count
from handlers.replies.texts import EN, KO, LANGUAGES, TEXTS, Language
from handlers.replies.training import run_html
from handlers.replies.verdict import verdict_html, verdict_lines
from handlers.replies.verdict_texts import VerdictTexts
from models.results import LABELS, Task
from storage.verdicts import Check, CheckName, CheckState, Doubt, Number, Verdict
from tests.runs import RUN

PASSED, FAILED, NOT_SEEN = CheckState.PASSED, CheckState.FAILED, CheckState.NOT_SEEN


GAIN: dict[str, Number] = {
    "set": "gold",
    "task": "sentiment",
    "n": 1_200,
    "champion": 0.8,
    "candidate": 0.8425,
    "gained": 61,
    "lost": 10,
    "gain": 0.0425,
    "low": 0.03,
    "high": 0.055,
    "p": 1e-9,
    "p_given": 1e-8,
    "alpha": 0.025,
    "level": 0.975,
    "power": 0.8,
    "smallest": 0.0251,
    "gold": 1_200,
    "least_gold": 100,
    "voted": 0,
    "earlier": 0,
}


def recall(label: str, state: CheckState, drop: float, task: str = "sentiment") -> Check:
    numbers: dict[str, Number] = {"set": "test", "task": task, "n": 40, "label": label, "champion": 0.9}
    numbers |= {"candidate": 0.9 - drop, "gained": 1, "lost": 9, "drop": drop, "p": 0.02, "margin": 0.02}
    return Check(CheckName.RECALL, state, numbers)


MARGIN: dict[str, Number] = {"champion": 0.05, "candidate": 0.06, "worse": 0.01, "margin": 0.02}
CHECKS = (
    Check(CheckName.ANSWERS, PASSED, {"broken": 0, "n": 1_700}),
    Check(CheckName.CHANGED, PASSED, {"changed": 71, "n": 1_700}),
    Check(CheckName.GAIN, PASSED, GAIN),
    Check(CheckName.TEST, PASSED, {**GAIN, "set": "test", "margin": 0.005}),
    recall("positive", PASSED, -0.01),
    recall("negative", PASSED, 0.015),
    Check(
        CheckName.CALIBRATION, PASSED, {**MARGIN, "set": "test", "task": "sentiment", "n": 500, "low": 0.0}
    ),
    Check(
        CheckName.LATENCY,
        PASSED,
        {"champion_ms": 20.0, "candidate_ms": 21, "ratio": 1.05, "low": 1.0, "bound": 1.1, "n": 100},
    ),
    Check(CheckName.VOTERS, PASSED, {"voters": 9, "least": 5, "known": 1}),
    Check(CheckName.VOTER_SHARE, PASSED, {"share": 0.2, "cap": 0.3}),
)
FEW = Check(
    CheckName.TEST,
    PASSED,
    {**GAIN, "set": "test", "margin": 0.005, "n": 96, "gain": 0.0, "low": -0.0377, "lost": 0},
)
VERDICT = Verdict(True, "sentiment", "builtin", "var/<new>&model", CHECKS)


@pytest.mark.parametrize("texts", [EN.verdict, KO.verdict])
def test_every_check_task_and_set_has_words(texts: VerdictTexts) -> None:
    assert set(texts.checks) == set(CheckName)
    assert set(texts.failed) <= set(CheckName)
    assert set(texts.not_seen) == {
        *(CheckName.GAIN, CheckName.TEST, CheckName.RECALL, CheckName.CALIBRATION, CheckName.LATENCY),
        *(CheckName.VOTERS, CheckName.VOTER_SHARE),
    }
    assert set(texts.doubts) == set(Doubt)
    assert set(texts.sets) == {"gold", "test", "heldout"}


def test_a_verdict_reads_as_english() -> None:
    lines = verdict_lines(VERDICT, "en")
    assert lines[0] == "✓ var/<new>&model may take the place of builtin (Sentiment)."
    assert lines[3].startswith(
        "✓ Gain, known labels (gold): 80.00% → 84.25% right, +4.25 points (97.5% interval +3.00 to +5.50); "
        "61 rows gained, 10 lost, p = 1e-09 (below 0.025 needed"
    )
    assert "half of the 5% of chance" in lines[4]
    assert lines[5] == (
        "With n = 1,200 known labels (gold), gains under 2.51 points could not have been seen (80% power)."
    )
    assert "more than -0.5 needed; n = 1,200" in lines[6]
    assert lines[7] == (
        "✓ Recall: 2 classes within what may be lost; largest drop 1.50 points (Negative, test file, "
        "n = 40). 2 points may be lost, or 2 rows."
    )
    assert "5.00 → 6.00 points, +1.00 (+2 allowed)" in lines[8]
    assert (
        "20.00 → 21.00 ms, question by question 1.05 times as long (1.1 allowed); 100 questions each"
        in lines[9]
    )
    assert lines[11] == "✓ Largest voter: 20% of the votes (30% allowed)."
    assert len(lines) == 12


@pytest.mark.parametrize(
    ("language", "told"), [("en", "judged before: {}."), ("ko", "후보가 전에 {}개 있었어요")]
)
def test_it_is_told_how_many_candidates_the_rows_have_judged_before(language: Language, told: str) -> None:
    def lines(**numbers: Number) -> tuple[str, ...]:
        gain = Check(CheckName.GAIN, PASSED, {**GAIN, **numbers})
        return verdict_lines(replace(VERDICT, checks=(gain,)), language)

    assert lines(earlier=0)[2] == TEXTS[language].verdict.first_judged
    again = lines(earlier=3, alpha=0.0025, level=0.9975)
    assert told.format(3) in again[2]
    assert "5% / (4 × 5)" in again[2]
    assert "0.0025" in again[1]
    assert "99.75" in again[1]


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", ("1,191 are what trusted voters", "9 came")), ("ko", ("1,191개는 믿을", "9개는 운영자가"))],
)
def test_known_labels_that_voters_made_are_told_from_those_that_were_brought(
    language: Language, told: tuple[str, str]
) -> None:
    def lines(**numbers: Number) -> tuple[str, ...]:
        gain = Check(CheckName.GAIN, PASSED, {**GAIN, **numbers})
        return verdict_lines(replace(VERDICT, checks=(gain,)), language)

    line = lines(voted=1_191)[2]
    assert all(words in line for words in told)
    assert "1e-08" in line
    assert lines(voted=0) == lines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_who_has_to_go_and_whom_the_candidate_has_to_beat_then(language: Language) -> None:
    lines = verdict_lines(replace(VERDICT, champion="sentiment-0001", leaving="sentiment-0002"), language)
    assert "sentiment-0001" in lines[1]
    assert "sentiment-0002" in lines[1]
    assert lines[2:] == verdict_lines(VERDICT, language)[1:]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_how_much_gold_was_not_asked(language: Language) -> None:
    lines = verdict_lines(replace(VERDICT, learnt=97), language)
    assert "97" in lines[1]
    assert (lines[0], *lines[2:]) == verdict_lines(VERDICT, language)


def test_a_verdict_reads_as_korean() -> None:
    lines = verdict_lines(VERDICT, "ko")
    assert lines[0] == "✓ var/<new>&model 모델이 builtin 모델을 대신해도 돼요 (감정)."
    assert "5%의 절반" in lines[4]
    assert lines[5].startswith("정답(골드), n = 1,200일 때 2.51%p보다 작은 나아짐은")
    assert "(부정, 시험 파일, n = 40). 2%p나 글 2개까지 괜찮아요." in lines[7]
    assert len(lines) == 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_in_a_name_is_text(language: Language) -> None:
    html = verdict_html(VERDICT, language)
    assert "var/&lt;new&gt;&amp;model" in html
    assert "<" not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_failed_has_lines_of_its_own(language: Language) -> None:
    texts = TEXTS[language].verdict
    checks = (
        Check(CheckName.ANSWERS, FAILED, {"broken": 3, "n": 17}),
        Check(CheckName.CHANGED, FAILED, {"changed": 0, "n": 17}),
        recall("positive", FAILED, 0.2),
        recall("negative", NOT_SEEN, 0.0),
    )
    lines = verdict_lines(Verdict(False, "nsp", "a", "b", checks), language)
    task = TEXTS[language].task_name["nsp"]
    assert lines[0] == f"✗ {texts.refused.format(candidate='b', champion='a', task=task)}"
    assert lines[1] == f"✗ {texts.failed['answers'].format(broken=3, n=Count(17))}"
    assert lines[2] == f"✗ {texts.failed['changed'].format(n=Count(17))}"
    assert lines[3].startswith("✗ ")
    assert "20.00" in lines[3]
    assert lines[4].startswith("– ")
    assert len(lines) == 5


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "? Recall of Negative, test file (Sentiment): 90.00% → 85.00%, 5.00 points less (2",
        ),
        (
            "ko",
            "? 재현율, 부정, 시험 파일 (감정): 90.00% → 85.00%, 5.00%p 떨어졌어요 (2",
        ),
    ],
)
def test_a_class_that_lost_too_much_but_not_beyond_chance_has_a_line_of_its_own(
    language: Language, said: str
) -> None:
    checks = (recall("positive", PASSED, 0.019), recall("negative", PASSED, 0.05))
    _, passed, doubtful = verdict_lines(replace(VERDICT, checks=checks), language)
    assert passed.startswith("✓ ")
    assert "1.90" in passed
    assert doubtful.startswith(said)
    assert doubtful.endswith(TEXTS[language].verdict.maybe_chance)


@pytest.mark.parametrize(("language", "sign"), [("en", "? Old skill, "), ("ko", "? 원래 실력, ")])
def test_a_test_file_with_too_few_rows_says_so(language: Language, sign: str) -> None:
    line = verdict_lines(replace(VERDICT, checks=(FEW,)), language)[1]
    assert line.startswith(sign)
    assert " -3.77, " in line
    assert line.endswith(TEXTS[language].verdict.maybe_lost)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_beyond_its_bound_but_not_beyond_chance_is_not_marked_as_passed(language: Language) -> None:
    few = {**CHECKS[6].numbers, "candidate": 0.1301, "worse": 0.0801, "n": 4, "low": -0.2}
    slow = {**CHECKS[7].numbers, "ratio": 1.2, "low": 0.9}
    checks = (Check(CheckName.CALIBRATION, PASSED, few), Check(CheckName.LATENCY, PASSED, slow))
    _, calibration, latency = verdict_lines(replace(VERDICT, checks=checks), language)
    assert "+8.01 (+2" in calibration
    for line in (calibration, latency):
        assert line.startswith("– ")
        assert line.endswith(TEXTS[language].verdict.too_few)
    failed = Check(CheckName.CALIBRATION, FAILED, few)
    assert verdict_lines(replace(VERDICT, passed=False, checks=(failed,)), language)[1].startswith("✗ ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_held_out_feedback_that_judges_and_shows_nothing_is_told(language: Language) -> None:
    texts = TEXTS[language].verdict
    numbers = {**GAIN, "set": "heldout", "smallest": None, "n": 4, "gold": 12}
    lines = verdict_lines(replace(VERDICT, checks=(Check(CheckName.GAIN, FAILED, numbers),)), language)
    assert lines[2:] == (
        texts.on_heldout.format(gold=Count(12), least_gold=100),
        texts.first_judged,
        texts.smallest_none.format(n=4, set=texts.sets["heldout"]),
    )


def test_one_row_and_one_person_are_not_many() -> None:
    numbers = {**GAIN, "set": "heldout", "gained": 1, "lost": 0, "gold": 1}
    checks = (
        Check(CheckName.GAIN, FAILED, numbers),
        Check(CheckName.VOTERS, FAILED, {"voters": 1, "least": 5, "known": 1}),
    )
    gain, heldout, _, _, voters = verdict_lines(replace(VERDICT, checks=checks), "en")[1:]
    assert "; 1 row gained, 0 lost, " in gain
    assert heldout.startswith("Judged on held-out feedback: 1 known label (gold) is too few, 100 are needed.")
    assert voters == "✗ Voters: 1 person whose votes have proved right taught it (5 needed)."


@pytest.mark.parametrize(
    ("language", "alone", "agree"),
    [("en", "passed on votes alone", "whose votes agree"), ("ko", "투표만으로 통과", "표가 서로 맞는 5명")],
)
def test_what_passed_on_votes_alone_says_so_and_claims_nobody_was_proved_right(
    language: Language, alone: str, agree: str
) -> None:
    gain = Check(CheckName.GAIN, PASSED, {**GAIN, "set": "heldout", "gold": 0})
    voters = Check(CheckName.VOTERS, PASSED, {"voters": 5, "least": 5, "known": 0})
    verdict = replace(VERDICT, checks=(gain, voters))
    lines = verdict_lines(verdict, language)
    assert alone in lines[0]
    assert agree in lines[-1]
    proved = Check(CheckName.VOTERS, PASSED, {**voters.numbers, "known": 1})
    known = verdict_lines(replace(VERDICT, checks=(CHECKS[2], proved)), language)
    assert alone not in known[0]
    assert agree not in known[-1]


@pytest.mark.parametrize(
    ("checks", "english", "korean"),
    [
        ((Check(CheckName.GAIN, PASSED, {**GAIN, "set": "heldout"}), CHECKS[3]), "votes alone", "투표만으로"),
        ((Check(CheckName.GAIN, PASSED, {**GAIN, "voted": 1_101}), CHECKS[3]), "of the gold", "골드 가운데"),
        (CHECKS[2:3], "No test file", "시험 파일이 없어서"),
        ((CHECKS[2], FEW), "too few rows", "너무 짧아서"),
        ((*CHECKS[2:4], recall("negative", PASSED, 0.05)), "lost more recall", "재현율이 괜찮은 것보다"),
    ],
)
def test_the_headline_of_what_waits_for_a_person_says_why(
    checks: tuple[Check, ...], english: str, korean: str
) -> None:
    waiting = replace(VERDICT, checks=checks)
    assert len(waiting.doubts) == 1
    whys: tuple[tuple[Language, str], ...] = (("en", english), ("ko", korean))
    for language, why in whys:
        headline = verdict_lines(waiting, language)[0]
        assert headline.startswith("✓ ")
        assert why in headline
        assert why in run_html(replace(RUN, progress={"verdict": waiting.as_json()}), language)
        assert why not in verdict_lines(VERDICT, language)[0]
        assert why not in verdict_lines(replace(waiting, passed=False), language)[0]
    said = verdict_lines(replace(VERDICT, checks=(CHECKS[0],)), "en")[0]
    assert "votes alone" in said
    assert "No test file" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_message_of_a_training_says_who_promotes_what_passed(language: Language) -> None:
    def message(verdict: Verdict) -> str:
        progress = {"verdict": verdict.as_json(), "promoted": False}
        return run_html(replace(RUN, progress=progress), language)

    gain = Check(CheckName.GAIN, PASSED, {**GAIN, "set": "heldout", "gold": 0})
    texts = TEXTS[language].teaching
    for checks in ((gain,), CHECKS[2:3]):
        assert message(replace(VERDICT, checks=checks)).endswith(texts.waits)
        assert texts.waits not in message(replace(VERDICT, passed=False, checks=checks))
    assert "/models" in texts.waits
    assert message(VERDICT).endswith(texts.not_promoted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_verdict_fits_into_a_message(language: Language) -> None:
    """Three sets of two tasks, every class of which has lost, and names that are long paths."""
    lost = [recall(label, FAILED, 0.2, "nli") for label in LABELS[Task.NLI]] * 3
    others = [check for check in CHECKS if check.name is not CheckName.RECALL]
    names = "var/" + "<very&long>/" * 40
    verdict = Verdict(False, "nli", names, names, (*others, *lost, CHECKS[6], CHECKS[3]))
    text = verdict_html(verdict, language)
    assert utf16.length(text) <= MessageLimit.MAX_TEXT_LENGTH


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_not_seen_is_told(language: Language) -> None:
    unseen: tuple[tuple[CheckName, dict[str, Number]], ...] = (
        (CheckName.GAIN, {"gold": 3, "least_gold": 100}),
        (CheckName.TEST, {"task": "nli", "margin": 0.005}),
        (CheckName.CALIBRATION, {"task": "nli", "margin": 0.02}),
        (CheckName.LATENCY, {"bound": 1.1}),
        (CheckName.VOTERS, {"least": 5}),
        (CheckName.VOTER_SHARE, {"cap": 0.3}),
    )
    checks = tuple(Check(name, NOT_SEEN, numbers) for name, numbers in unseen)
    lines = verdict_lines(replace(VERDICT, passed=False, checks=checks), language)
    assert [line[0] for line in lines] == ["✗", "–", "–", "–", "–", "–", "–"]
    assert not any("{" in line for line in lines)
