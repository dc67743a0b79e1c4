"""Why a training failed, by language and by ``storage.runs.Failure``, as Telegram HTML.

After those that end in a colon come details in English.
"""

from __future__ import annotations

from collections.abc import Mapping

FAILURES_EN: Mapping[str, str] = {
    "no_votes": "nobody has voted on this yet. /label collects votes.",
    "nothing_to_learn": (
        "there is no text to learn from yet. People must label more, and agree. /label gives them texts."
    ),
    "too_few": (
        "there are too few texts to learn from: some must be set aside to see when it has learnt enough. "
        "People must label more. /label gives them texts."
    ),
    "missing_label": (
        "one of the labels is on no text that I may learn from. People must label more of it. "
        "/train says which one."
    ),
    "nothing_to_measure": (
        "there is neither gold nor a held-out text to measure on yet. People must label more texts."
    ),
    "texts_deleted": "texts that it learnt from were deleted all the while. Please try again with /train.",
    "file": (
        "a file that <code>TEACHING_TESTS</code> or <code>TEACHING_REPLAYS</code> names in .env is gone, "
        "or cannot be used:"
    ),
    "model": "a model that it begins with, or is compared with, cannot be loaded:",
    "several_models": "I answer this with another model in each language, and could compare with one only:",
    "folder": "<code>TEACHING_FOLDER</code> in .env names a folder that is not this database's:",
    "database": "the database did not do what it was asked to. Try again with /train, please:",
    "disk": "a file could not be read or written; the disk may be full:",
    "killed": "its process was killed each time; the machine may have too little memory:",
    "ended": "its process ended by itself each time:",
    "unforeseen": "something happened that I did not foresee:",
}

FAILURES_KO: Mapping[str, str] = {
    "no_votes": "아직 아무도 투표하지 않았어요. /label 로 투표를 모을 수 있어요.",
    "nothing_to_learn": (
        "아직 배울 글이 없어요. 더 많은 글에 라벨을 달고 뜻이 모여야 해요. /label 명령이 글을 나눠 드려요."
    ),
    "too_few": (
        "배울 글이 너무 적어서, 얼마나 배웠는지 볼 글을 떼어 둘 수 없어요. 더 많은 글에 라벨을 달아 주세요. "
        "/label 명령이 글을 나눠 드려요."
    ),
    "missing_label": (
        "배울 수 있는 글 가운데 어떤 라벨은 하나도 없어요. 그 라벨을 더 달아 주세요. "
        "어느 라벨인지는 /train 이 알려 드려요."
    ),
    "nothing_to_measure": "아직 재어 볼 골드도, 따로 떼어 둔 글도 없어요. 더 많은 글에 라벨을 달아 주세요.",
    "texts_deleted": "배우던 글이 자꾸 지워졌어요. /train 으로 다시 해 주세요.",
    "file": (
        ".env의 <code>TEACHING_TESTS</code>나 <code>TEACHING_REPLAYS</code>에 적힌 파일이 없거나, "
        "읽을 수 없거나, 맞지 않는 파일이에요:"
    ),
    "model": "배움을 시작할 모델이나 비교할 모델을 불러올 수 없어요:",
    "several_models": "언어마다 다른 모델이 대답하는데, 비교는 하나하고만 할 수 있어요:",
    "folder": ".env의 <code>TEACHING_FOLDER</code>가 이 데이터베이스의 폴더가 아니에요:",
    "database": "데이터베이스에 문제가 있었어요. /train 으로 다시 해 주세요:",
    "disk": "파일을 읽거나 쓰지 못했어요. 디스크가 가득 찼을 수 있어요:",
    "killed": "학습 프로세스가 번번이 강제로 꺼졌어요. 메모리가 모자랄 수 있어요:",
    "ended": "학습 프로세스가 번번이 스스로 끝나 버렸어요:",
    "unforeseen": "미처 생각하지 못한 일이 생겼어요:",
}
