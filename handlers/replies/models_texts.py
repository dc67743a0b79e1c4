"""The words about trained models, for those who run the bot, by language.

Telegram HTML, except those that end in ``_toast`` or ``_button``, which are plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelsTexts:
    """The words of one language.

    Attributes:
        obstacles: Why a model does not take over, by ``storage.checkpoint_values.Obstacle``.
        unfit: Why a model cannot answer, by ``models.errors.Unfit``; details in English follow.
        why_given_up: Why none takes the place of one that has to go, by ``bot.rebuilding.GivenUp``.
    """

    title: str
    nothing_trained: str
    own: str
    champion: str
    previous: str
    previous_refused: str
    candidate: str
    no_candidate: str
    passed: str
    waits: str
    other_rival: str
    tainted: str
    promote_button: str
    roll_back_button: str
    yes_button: str
    no_button: str
    really_promote: str
    really_roll_back: str
    trying_toast: str
    promoted: str
    rolled_back: str
    changed: str
    cannot_serve: str
    unfit: Mapping[str, str]
    obstacles: Mapping[str, str]
    taken_back: str
    not_here: str
    learnt_deleted: str
    given_up: str
    why_given_up: Mapping[str, str]


MODELS_EN = ModelsTexts(
    title="🧠 <b>Trained models</b>",
    nothing_trained=(
        "No model that was trained here answers or waits to be promoted: the preset's own answer. "
        "Refused ones are listed by <code>kobert-bot models list</code>."
    ),
    own="the preset's own",
    champion="answers: {name}",
    previous="before it: {name}",
    previous_refused="before it: {name}, refused; only the command line can bring it back",
    candidate="candidate: {name}, {verdict}",
    no_candidate="candidate: none",
    passed="passed",
    waits="passed, waits for a person",
    other_rival="compared with a model that no longer answers",
    tainted="⚠️ learnt from a text that was deleted since: another is trained in its place, or it is retired",
    promote_button="⬆️ {task}: promote {name}",
    roll_back_button="↩️ {task}: back to {name}",
    yes_button="✅ Yes",
    no_button="No",
    really_promote="{task}: shall <b>{name}</b> answer in place of <b>{champion}</b>?",
    really_roll_back="{task}: shall <b>{name}</b> answer again, in place of <b>{champion}</b>?",
    trying_toast="I am trying the model out first. One moment, please.",
    promoted="✅ {task}: from now on <b>{name}</b> answers.",
    rolled_back="↩️ {task}: <b>{name}</b> answers again.",
    changed="This has just been changed, by somebody else or an earlier tap. Nothing was done; now it is so:",
    cannot_serve="🚫 {name} cannot answer, so nothing was changed: {reason}",
    unfit={
        "missing": "its files are not here, or are no longer those that were kept.",
        "unloadable": "it cannot be loaded, or its answers are no numbers.",
        "no_head": "it was not made for this task.",
        "unforeseen": "something happened that I did not foresee.",
    },
    obstacles={
        "refused": "🚫 {name} was refused. Who runs the bot can overrule that on the command line.",
        "unjudged": "🚫 {name} has not been compared with the model that answers now.",
        "other_rival": (
            "🚫 {name} was compared with a model that no longer answers. Train a new one, or who runs the "
            "bot can overrule that on the command line."
        ),
        "no_rival": (
            "🚫 {name} was compared with the own model of the preset <code>{preset}</code>, whose files are "
            "not here, so nobody can tell whether that is still the same. Nothing was changed."
        ),
        "cancelled": "🚫 {name} came of a training that is being cancelled.",
        "tainted": "🚫 {name} learnt from a text that was deleted since. Train a new one.",
        "retired": "🚫 {name} is retired, and its files are deleted.",
        "other_task": "🚫 {name} was taught another task.",
        "is_champion": "{name} answers already.",
        "no_previous": "🚫 There is no model from before to go back to.",
    },
    taken_back="⚠️ {task}: <b>{name}</b> cannot answer and was taken back; {serves} answers.\n{reason}",
    not_here=(
        "⚠️ {task}: <b>{name}</b> cannot answer on <code>{machine}</code>, where its files are missing; "
        "there {serves} answers. It stays the champion. Once its files are there it answers, or choose "
        "another one with /models.\n{reason}"
    ),
    learnt_deleted=(
        "⚠️ {task}: <b>{name}</b> learnt from a text that was deleted since. "
        "Another is being trained without it and takes its place if gold shows that it is better than the "
        "one before, and the test file that it can still do what it could. If not, or if that takes more "
        "than a day, the model is retired and the one before answers."
    ),
    given_up=(
        "⚠️ {task}: <b>{name}</b> learnt from a text that was deleted since and is retired: {reason}. "
        "Now {serves} answers. /models shows whether another waits to be promoted; /train teaches one."
    ),
    why_given_up={
        "refused": "what was trained in its place did not take it",
        "failed": "training another in its place failed",
        "cancelled": "the training of another was cancelled",
        "late": "no other was trained within a day",
    },
)

MODELS_KO = ModelsTexts(
    title="🧠 <b>배운 모델</b>",
    nothing_trained=(
        "여기서 가르친 모델 가운데 대답하거나 승격을 기다리는 것이 없어요. 프리셋의 원래 모델이 대답해요. "
        "거절된 모델은 <code>kobert-bot models list</code>로 볼 수 있어요."
    ),
    own="프리셋의 원래 모델",
    champion="지금: {name}",
    previous="이전: {name}",
    previous_refused="이전: {name}, 심사에서 떨어졌거나 물린 모델이라 명령줄에서만 다시 쓸 수 있어요",
    candidate="후보: {name}, {verdict}",
    no_candidate="후보: 없음",
    passed="통과",
    waits="통과, 사람이 올려야 함",
    other_rival="예전 모델과 비교함",
    tainted="⚠️ 그 뒤에 지워진 글로 배웠어요. 다시 가르쳐서 바꾸거나, 안 되면 물러나요",
    promote_button="⬆️ {task}: {name} 쓰기",
    roll_back_button="↩️ {task}: {name} 다시 쓰기",
    yes_button="✅ 네",
    no_button="아니요",
    really_promote="{task}: <b>{champion}</b> 대신 <b>{name}</b>에게 대답을 맡길까요?",
    really_roll_back="{task}: <b>{champion}</b> 대신 <b>{name}</b>에게 다시 대답을 맡길까요?",
    trying_toast="모델을 먼저 시험해 볼게요. 잠시만 기다려 주세요.",
    promoted="✅ {task}: 이제부터 <b>{name}</b> 모델이 대답해요.",
    rolled_back="↩️ {task}: <b>{name}</b> 모델이 다시 대답해요.",
    changed="다른 분이나 앞선 버튼이 방금 바꿨어요. 아무것도 하지 않았고, 지금은 이래요:",
    cannot_serve="🚫 {name} 모델은 대답할 수 없어서 아무것도 바꾸지 않았어요. {reason}",
    unfit={
        "missing": "파일이 여기 없거나, 보관한 것과 달라졌어요.",
        "unloadable": "불러올 수 없거나, 대답이 숫자가 아니에요.",
        "no_head": "이 일을 하도록 만든 모델이 아니에요.",
        "unforeseen": "미처 생각하지 못한 일이 생겼어요.",
    },
    obstacles={
        "refused": "🚫 {name} 모델은 심사에서 떨어졌어요. 운영자가 명령줄에서 뒤집을 수 있어요.",
        "unjudged": "🚫 {name} 모델은 아직 지금 모델과 비교하지 않았어요.",
        "other_rival": (
            "🚫 {name} 모델은 지금 모델이 아니라 예전 모델과 비교했어요. 새로 가르쳐 주세요. "
            "그래도 쓰려면 운영자가 명령줄에서 뒤집을 수 있어요."
        ),
        "no_rival": (
            "🚫 {name} 모델은 프리셋 <code>{preset}</code>의 원래 모델과 비교했는데, 그 파일이 여기 없어서 "
            "지금도 같은 모델인지 알 수 없어요. 아무것도 바꾸지 않았어요."
        ),
        "cancelled": "🚫 {name} 모델을 가르치던 일은 취소되고 있어요.",
        "tainted": "🚫 {name} 모델은 그 뒤에 지워진 글로 배웠어요. 새로 가르쳐 주세요.",
        "retired": "🚫 {name} 모델은 물러났고 파일도 지워졌어요.",
        "other_task": "🚫 {name} 모델은 다른 일을 배웠어요.",
        "is_champion": "{name} 모델이 이미 대답하고 있어요.",
        "no_previous": "🚫 되돌아갈 이전 모델이 없어요.",
    },
    taken_back=(
        "⚠️ {task}: <b>{name}</b> 모델은 대답할 수 없어서 물렸어요. 지금 대답하는 모델: {serves}.\n{reason}"
    ),
    not_here=(
        "⚠️ {task}: <b>{name}</b> 모델은 파일이 없어서 <code>{machine}</code>에서 대답할 수 없어요. "
        "거기서 지금 대답하는 모델: {serves}. 승격은 그대로예요. 파일을 옮겨 두면 그때부터 대답하고, "
        "/models에서 다른 모델을 고르셔도 돼요.\n{reason}"
    ),
    learnt_deleted=(
        "⚠️ {task}: <b>{name}</b> 모델은 그 뒤에 지워진 글로 배웠어요. 그 글 없이 다시 가르치고 있고, 이전 "
        "모델보다 나은 것이 골드로, 전에 잘하던 것도 그대로인 것이 시험 파일로 확인되면 새 모델이 대신해요. "
        "그게 안 되거나 하루가 넘게 걸리면 이 모델은 물러나고 이전 모델이 대답해요."
    ),
    given_up=(
        "⚠️ {task}: <b>{name}</b> 모델은 그 뒤에 지워진 글로 배웠기 때문에 물러났어요. {reason}. 지금 "
        "대답하는 모델: {serves}. 올려 주기를 기다리는 모델이 있는지는 /models 에서 보고, /train 으로 다시 "
        "가르칠 수 있어요."
    ),
    why_given_up={
        "refused": "대신 배운 모델이 그 자리를 이어받지 못했어요",
        "failed": "대신할 모델을 가르치지 못했어요",
        "cancelled": "대신할 모델의 학습이 취소됐어요",
        "late": "하루 안에 대신할 모델이 나오지 않았어요",
    },
)
