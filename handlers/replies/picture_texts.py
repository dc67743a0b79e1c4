"""The words in the picture of /stats, by language. All are plain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PictureTexts:
    """The words of one language."""

    votes: str
    accuracy: str
    agreement: str
    texts: str
    labelled: str
    gold: str
    waiting: str
    no_votes: str
    unknown: str


PICTURE_EN = PictureTexts(
    votes="Votes per day",
    accuracy="Right as users see it",
    agreement="Agreement (Krippendorff's alpha)",
    texts="Texts",
    labelled="labelled",
    gold="gold",
    waiting="waiting",
    no_votes="no votes in these days",
    unknown="unknown",
)

PICTURE_KO = PictureTexts(
    votes="하루 투표 수",
    accuracy="사용자가 본 정답률",
    agreement="일치도 (크리펜도르프 알파)",
    texts="글",
    labelled="라벨",
    gold="골드",
    waiting="기다리는 글",
    no_votes="이 기간에는 표가 없어요",
    unknown="아직 몰라요",
)
