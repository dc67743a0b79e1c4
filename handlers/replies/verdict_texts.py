"""The words of a verdict on a candidate model, by language; plain text, one line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VerdictTexts:
    """The words of one language.

    Attributes:
        waits: The headline where a person has to promote what passed.
        doubts: Why, by ``storage.verdicts.Doubt``.
        leaving: Added to the headline where the model that answers now has to go.
        learnt: Added to it where known labels were not asked.
        sets: Names of the sets of labelled rows.
        checks: What is said of each check, by its name; of recalls, one line for all that passed.
        failed: What is said instead of one that failed.
        not_seen: What is said instead of one without anything to judge by.
        on_heldout: Added where it was judged on held-out feedback.
        voted: Added where some of the known labels are what voters agreed on.
        voters_agree: What is said of voters of whom no known label has shown that they are right.
        maybe_chance: Added to a recall that dropped too far, but not beyond chance.
        maybe_lost: Added to a test file of which no row was lost, but which has too few.
        too_few: Added to a calibration or a time that is beyond its bound, but not beyond chance.
        first_judged: Added to a gain on rows that judged nobody before.
        judged_before: Added to one on other rows.
        smallest: Added to every gain.
        smallest_none: Added in its place where there is none such.
    """

    passed: str
    waits: str
    doubts: Mapping[str, str]
    refused: str
    leaving: str
    learnt: str
    sets: Mapping[str, str]
    checks: Mapping[str, str]
    failed: Mapping[str, str]
    not_seen: Mapping[str, str]
    on_heldout: str
    voted: str
    voters_agree: str
    maybe_chance: str
    maybe_lost: str
    too_few: str
    first_judged: str
    judged_before: str
    smallest: str
    smallest_none: str


VERDICT_EN = VerdictTexts(
    passed="{candidate} may take the place of {champion} ({task}).",
    waits=(
        "{candidate} passed, but takes the place of {champion} ({task}) only if a person promotes it. {why}"
    ),
    doubts={
        "votes_alone": "It passed on votes alone, which five accounts of one person could have given.",
        "voted_gold": "Too much of the gold that judged it is what voters said.",
        "not_tested": "No test file was given, so what it could do before may be lost, and nobody saw it.",
        "few_tested": "The test file has too few rows to show that nothing was lost: see the line marked ?.",
        "lost_recall": "A class lost more recall than it may, which may be chance: see the line marked ?.",
    },
    refused="{candidate} does not take the place of {champion} ({task}).",
    leaving=(
        "{leaving} learnt from a text that was deleted and has to go, so the question is not whether this "
        "one is better than {leaving}: without it {champion} answers, and that is what it has to beat."
    ),
    learnt=(
        "Left out: {learnt:known label|known labels} (gold) with a text that one of the two models learnt "
        "from, which measures nothing."
    ),
    sets={"gold": "known labels (gold)", "test": "test file", "heldout": "rows of held-out feedback"},
    checks={
        "answers": "Answers: numbers for all {n:row|rows}.",
        "changed": "Changes: {changed} of {n:row|rows} answered otherwise.",
        "gain": (
            "Gain, {set}: {champion}% → {candidate}% right, {gain} points "
            "({level}% interval {low} to {high}); {gained:row|rows} gained, {lost} lost, p = {p} "
            "(below {alpha} needed, and the interval above 0)."
        ),
        "test": (
            "Old skill, {set} ({task}): {champion}% → {candidate}%, {gain} points; "
            "lower end of the 95% interval {low}, more than -{margin} needed; n = {n}."
        ),
        "recall": (
            "Recall: {count:class|classes} within what may be lost; largest drop {drop} points ({label}, "
            "{set}, n = {n}). {margin} points may be lost, or {rows:row|rows}."
        ),
        "calibration": (
            "Calibration error, {set} ({task}): {champion} → {candidate} points, {worse} "
            "(+{margin} allowed); n = {n}."
        ),
        "latency": (
            "Time of a lone question: {champion_ms} → {candidate_ms} ms, question by question {ratio} times "
            "as long ({bound} allowed); {n:question|questions} each."
        ),
        "voters": "Voters: {voters:person|people} whose votes have proved right taught it ({least} needed).",
        "voter_share": "Largest voter: {share}% of the votes ({cap}% allowed).",
    },
    failed={
        "answers": "Answers: no numbers (NaN) for {broken} of {n:row|rows}; its weights are broken.",
        "changed": "Changes: no row changed ({n:row|rows}); the two models answer alike.",
        "recall": (
            "Recall of {label}, {set} ({task}): {champion}% → {candidate}%, {drop} points less "
            "({margin} allowed); {gained:row|rows} gained, {lost} lost of {n}."
        ),
    },
    not_seen={
        "gain": (
            "Gain: not seen; {gold:known label|known labels} (gold; {least_gold} needed) "
            "and no held-out feedback."
        ),
        "test": (
            "Old skill, test file ({task}): not seen, because none was given. "
            "The built-in model's card, models/builtin/README.md, names the one it was measured on."
        ),
        "recall": (
            "Recall of {label}, {set} ({task}): not seen; of its {n:row|rows} too few were right before."
        ),
        "calibration": (
            "Calibration error ({task}): not seen; it is looked at on held-out feedback and on the test "
            "file, and there is neither (+{margin} allowed)."
        ),
        "latency": "Time of a lone question: not seen ({bound} times as long allowed).",
        "voters": "Voters: not seen; it learnt from no votes ({least:person|people} needed otherwise).",
        "voter_share": "Largest voter: not seen ({cap}% allowed).",
    },
    on_heldout=(
        "Judged on held-out feedback: {gold:known label (gold) is|known labels (gold) are} too few, "
        "{least_gold} are needed. Some of those labels may have been given after seeing an answer."
    ),
    voted=(
        "Of these known labels {voted} are what trusted voters said alike and blind, {given} came from "
        "whoever runs the bot. To answer without a person's word it needs {least_gold} of the latter, and p "
        "below {alpha} even if no label of voters had spoken for it: {p_given}."
    ),
    voters_agree=(
        "Voters: {voters:person|people} whose votes agree taught it ({least} needed). No known label (gold) "
        "shows that any of them is right."
    ),
    maybe_chance="Chance may do that, so a person has to judge it.",
    maybe_lost="No row was lost, but so few cannot show more, so a person has to judge it.",
    too_few="More than allowed, but so few cannot tell that from chance, so it is not refused for it.",
    first_judged=(
        "No candidate was judged on these rows before: it gets half of the 5% of chance, and what is left is "
        "for those after it."
    ),
    judged_before=(
        "Candidates that these rows have judged before: {earlier}. Who tries often has luck in the end, so "
        "each gets less of the 5% of chance than the one before it, this one 5% / ({number} × {next}); all "
        "together never get more than 5%, however many there will be."
    ),
    smallest="With n = {n} {set}, gains under {smallest} points could not have been seen ({power}% power).",
    smallest_none="With n = {n} {set}, no difference at all could have been seen.",
)

VERDICT_KO = VerdictTexts(
    passed="{candidate} 모델이 {champion} 모델을 대신해도 돼요 ({task}).",
    waits="{candidate} 모델은 통과했지만, 사람이 직접 올려야 {champion} 모델을 대신해요 ({task}). {why}",
    doubts={
        "votes_alone": "투표만으로 통과했는데, 그런 투표는 한 사람이 계정 다섯 개로도 만들 수 있어요.",
        "voted_gold": "심사한 골드 가운데 투표로 정해진 것이 너무 많아요.",
        "not_tested": "시험 파일이 없어서, 전에 잘하던 것을 잃었는지 아무도 보지 못했어요.",
        "few_tested": "시험 파일이 너무 짧아서 아무것도 잃지 않았다고 할 수 없어요(?가 붙은 줄).",
        "lost_recall": "어떤 클래스의 재현율이 괜찮은 것보다 더 떨어졌는데 우연일 수 있어요(?가 붙은 줄).",
    },
    refused="{candidate} 모델은 {champion} 모델을 대신하지 못해요 ({task}).",
    leaving=(
        "{leaving} 모델은 지워진 글로 배워서 어차피 물러나요. 그래서 {leaving} 모델이 아니라, 그다음에 "
        "대답할 {champion} 모델보다 나은지 봐요."
    ),
    learnt="두 모델 가운데 하나가 이미 배운 글은 재어 주는 것이 없어서, 정답(골드) {learnt}개를 뺐어요.",
    sets={"gold": "정답(골드)", "test": "시험 파일", "heldout": "따로 떼어 둔 피드백"},
    checks={
        "answers": "답: {n}개 모두 숫자로 답했어요.",
        "changed": "달라진 답: {n}개 가운데 {changed}개예요.",
        "gain": (
            "나아짐, {set}: 정답률 {champion}% → {candidate}%, {gain}%p ({level}% 구간 {low} ~ {high}). "
            "새로 맞힌 것 {gained}개, 새로 틀린 것 {lost}개, p = {p} "
            "({alpha}보다 작고 구간이 0보다 커야 해요)."
        ),
        "test": (
            "원래 실력, {set} ({task}): {champion}% → {candidate}%, {gain}%p. "
            "95% 구간의 아래 끝 {low}, -{margin}보다 커야 해요. n = {n}."
        ),
        "recall": (
            "재현율: 클래스 {count}개는 괜찮아요. 그 가운데 가장 크게 떨어진 것은 {drop}%p예요 "
            "({label}, {set}, n = {n}). {margin}%p나 글 {rows}개까지 괜찮아요."
        ),
        "calibration": (
            "확신 오차, {set} ({task}): {champion} → {candidate}%p, {worse} "
            "(+{margin}까지 괜찮아요). n = {n}."
        ),
        "latency": (
            "질문 하나에 걸리는 시간: {champion_ms} → {candidate_ms} ms, 질문마다 견주면 {ratio}배예요 "
            "({bound}배까지 괜찮아요). 질문 {n}개씩."
        ),
        "voters": "투표한 사람: 표가 맞는 것으로 확인된 {voters}명에게 배웠어요 ({least}명 필요).",
        "voter_share": "가장 많이 투표한 사람: 표의 {share}%예요 ({cap}%까지 괜찮아요).",
    },
    failed={
        "answers": "답: {n}개 가운데 {broken}개에 숫자가 아닌 값(NaN)을 냈어요. 가중치가 망가졌어요.",
        "changed": "달라진 답: {n}개 가운데 하나도 없어요. 두 모델의 답이 같아요.",
        "recall": (
            "재현율, {label}, {set} ({task}): {champion}% → {candidate}%, {drop}%p 떨어졌어요 "
            "({margin}까지 괜찮아요). {n}개 가운데 새로 맞힌 것 {gained}개, 새로 틀린 것 {lost}개예요."
        ),
    },
    not_seen={
        "gain": (
            "나아짐: 확인하지 못했어요. 정답(골드)이 {gold}개({least_gold}개 필요)이고 "
            "따로 떼어 둔 피드백이 없어요."
        ),
        "test": (
            "원래 실력, 시험 파일 ({task}): 주어지지 않아서 확인하지 못했어요. "
            "내장 모델이 어떤 세트로 측정됐는지는 models/builtin/README.md에 있어요."
        ),
        "recall": (
            "재현율, {label}, {set} ({task}): 글 {n}개 가운데 전에 맞힌 것이 너무 적어서 확인하지 못했어요."
        ),
        "calibration": (
            "확신 오차 ({task}): 따로 떼어 둔 피드백도 시험 파일도 없어서 확인하지 못했어요 "
            "(+{margin}까지 괜찮아요)."
        ),
        "latency": "질문 하나에 걸리는 시간: 확인하지 못했어요 ({bound}배까지 괜찮아요).",
        "voters": "투표한 사람: 투표로 배운 모델이 아니라서 확인하지 못했어요 ({least}명 필요).",
        "voter_share": "가장 많이 투표한 사람: 확인하지 못했어요 ({cap}%까지 괜찮아요).",
    },
    on_heldout=(
        "정답(골드)이 {gold}개라서({least_gold}개 필요) 따로 떼어 둔 피드백으로 판단했어요. "
        "그 라벨 가운데에는 모델의 답을 본 뒤에 붙인 것도 있을 수 있어요."
    ),
    voted=(
        "이 정답 가운데 {voted}개는 믿을 만한 사람들이 답을 보지 않고 똑같이 붙인 것이고, {given}개는 "
        "운영자가 넣은 것이에요. 사람이 올리지 않아도 대답하려면 운영자가 넣은 것이 {least_gold}개 있어야 "
        "하고, 투표로 정해진 정답이 하나도 편들지 않았다고 쳐도 p가 {alpha}보다 작아야 해요 (p = {p_given})."
    ),
    voters_agree=(
        "투표한 사람: 표가 서로 맞는 {voters}명에게 배웠어요 ({least}명 필요). "
        "그 표가 옳다고 정답(골드)으로 확인되지는 않았어요."
    ),
    maybe_chance="우연일 수 있어서 사람이 판단해야 해요.",
    maybe_lost="새로 틀린 것은 없지만 글이 너무 적어서 그것만으로는 알 수 없으니, 사람이 판단해야 해요.",
    too_few="괜찮은 것보다 크지만, 몇 개 안 돼서 우연인지 알 수 없어요. 그래서 이 때문에 거절하지는 않아요.",
    first_judged=(
        "이 글들로 심사한 후보는 아직 없었어요. 우연에 주는 5%의 절반을 쓰고, 나머지는 다음 후보들의 "
        "몫이에요."
    ),
    judged_before=(
        "이 글들로 심사한 후보가 전에 {earlier}개 있었어요. 여러 번 해 보면 언젠가는 운이 따르니까, 우연에 "
        "주는 5%에서 뒤에 오는 후보일수록 적게 받아요. 이번에는 5% / ({number} × {next})이고, 후보가 아무리 "
        "늘어나도 모두 합해 5%를 넘지 않아요."
    ),
    smallest="{set}, n = {n}일 때 {smallest}%p보다 작은 나아짐은 알아볼 수 없었어요 (검정력 {power}%).",
    smallest_none="{set}, n = {n}일 때는 어떤 차이도 알아볼 수 없었어요.",
)
