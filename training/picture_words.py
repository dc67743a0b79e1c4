"""What stands in pictures of training, in English and in Korean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Words:
    """The words of all pictures; ``{}`` is filled in.

    Attributes:
        fates: What may become of a token where some are masked, five kinds.
        parts: Where a token of a sentence pair may come from, five kinds.
        of_asked: One of the last three fates, and its share of them in percent.
        of_pairs: The same of the parts.
        pieces: Masking where each piece is chosen for itself.
        whole_words: Masking where all pieces of a word are chosen together.
        masks: Over masks: how they are chosen, percents asked, and how many pieces there are.
        pairs: Over pairs: how many were drawn, and how many are shown.
        position: Of a token in its sequence.
        sequence: One line of a picture.
        warm_up: The first steps, and how many percent they are.
        steps_made: Share of the steps.
        learning_rate: Of a step.
        loss: Of a run.
        accuracy: Of a run or an evaluation.
        tokens_read: Millions of them.
        development: What the best weights are chosen by.
        answered: Columns of a confusion matrix.
        true: Its rows.
        share: Its colours.
        ideal: Answers exactly as sure as they are right.
        as_is: Answers as the model gives them.
        tempered: The same with a fitted temperature.
        confidence: The probability of an answer.
        cut: A sentence in pieces.
        read: The sentence masked by pieces, and by whole words.
        asked: What stands there in truth.
        nothing: No piece is asked.
        names: Of labels and of what a run logs, where they are other than in files.
    """

    fates: tuple[str, str, str, str, str]
    parts: tuple[str, str, str, str, str]
    of_asked: str
    of_pairs: str
    pieces: str
    whole_words: str
    masks: str
    pairs: str
    position: str
    sequence: str
    warm_up: str
    steps_made: str
    learning_rate: str
    loss: str
    accuracy: str
    tokens_read: str
    development: str
    answered: str
    true: str
    share: str
    ideal: str
    as_is: str
    tempered: str
    confidence: str
    cut: str
    read: tuple[str, str]
    asked: str
    nothing: str
    names: Mapping[str, str] = field(default_factory=dict)


ENGLISH = Words(
    fates=("[CLS], [SEP], [UNK]", "not asked", "[MASK]", "random piece", "kept"),
    parts=("[CLS], [SEP]", "A", "B follows A", "B of the same document", "B of another document"),
    of_asked="{}: {:.1f} % of the asked",
    of_pairs="{}: {:.1f} % of the pairs",
    pieces="Each piece for itself",
    whole_words="Whole words",
    masks="{}: {:.1f} % of {:,} pieces are asked (words have white borders)",
    pairs="[CLS] A [SEP] B [SEP]: {:,} pairs, the first {} shown",
    position="position",
    sequence="sequence",
    warm_up="warm-up: {:.0f} % of the steps",
    steps_made="share of the steps made",
    learning_rate="learning rate",
    loss="loss",
    accuracy="accuracy",
    tokens_read="million tokens read",
    development="development part",
    answered="answered",
    true="true",
    share="share of the row",
    ideal="as sure as right",
    as_is="as it is",
    tempered="with the temperature",
    confidence="confidence",
    cut="pieces",
    read=("pieces masked", "whole words masked"),
    asked="asked",
    nothing="nothing",
)
KOREAN = Words(
    fates=("[CLS], [SEP], [UNK]", "묻지 않음", "[MASK]", "아무 조각", "그대로"),
    parts=("[CLS], [SEP]", "A", "A에 이어지는 B", "같은 문서의 B", "다른 문서의 B"),
    of_asked="{}: 물은 것의 {:.1f} %",
    of_pairs="{}: 쌍의 {:.1f} %",
    pieces="조각마다 따로",
    whole_words="단어째로",
    masks="{0}: 조각 {2:,}개 가운데 {1:.1f} %를 물음 (흰 선이 단어의 경계)",
    pairs="[CLS] A [SEP] B [SEP]: 쌍 {:,}개, 그 가운데 처음 {}개",
    position="위치",
    sequence="글",
    warm_up="준비 구간: 스텝의 {:.0f} %",
    steps_made="지나온 스텝의 비율",
    learning_rate="학습률",
    loss="손실",
    accuracy="정확도",
    tokens_read="읽은 토큰 (백만 개)",
    development="개발용 데이터",
    answered="대답",
    true="정답",
    share="행에서 차지하는 비율",
    ideal="확신한 만큼 맞음",
    as_is="있는 그대로",
    tempered="온도를 쓰면",
    confidence="확신",
    cut="조각",
    read=("조각마다 가려서", "단어째로 가려서"),
    asked="묻는 것",
    nothing="없음",
    names={
        "negative": "부정",
        "positive": "긍정",
        "entailment": "함의",
        "neutral": "중립",
        "contradiction": "모순",
        "sentiment accuracy": "감정",
        "loss sentiment": "손실: 감정",
        "nli accuracy": "추론",
        "loss nli": "손실: 추론",
        "mlm": "손실: 빈칸",
        "mlm accuracy": "빈칸",
        "nsp": "손실: 다음 문장",
        "loss nsp": "손실: 다음 문장",
        "nsp accuracy": "다음 문장",
    },
)
