"""The words about trainings, statistics and exports, for those who run the bot, by language.

Telegram HTML, except those that end in ``_toast``, ``_button`` or ``_name``, which are plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.replies.failure_texts import FAILURES_EN, FAILURES_KO


@dataclass(frozen=True, slots=True)
class TeachingTexts:
    """The words of one language.

    Attributes:
        phases: What a training is doing, by the phase that its worker tells.
        failures: Why one failed, by ``storage.runs.Failure``; details in English may follow.
    """

    operators_only: str
    operators_only_toast: str
    which_task: str
    no_such_task: str
    data: str
    agreeing: str
    not_agreed: str
    start_question: str
    nothing_yet: str
    no_label: str
    no_agreed: str
    too_few: str
    nothing_to_measure: str
    apart: str
    few_labels: str
    few_voters: str
    busy_voter: str
    few_gold: str
    no_gain: str
    few_given: str
    learnt_gold: str
    no_test: str
    short_test: str
    start_button: str
    cancel_button: str
    asked_toast: str
    runs_already_toast: str
    cancelling_toast: str
    ended_toast: str
    title: str
    phases: Mapping[str, str]
    cancelling: str
    shown_below: str
    shown_elsewhere: str
    steps: str
    loss: str
    accuracy: str
    left: str
    done: str
    failed: str
    failures: Mapping[str, str]
    cancelled: str
    promoted: str
    not_promoted: str
    overtaken: str
    waits: str
    stats_title: str
    stats_task: str
    stats_accuracy: str
    stats_alpha: str
    stats_nothing: str
    stats_days: str
    stats_cut: str
    nobody: str
    exported: str
    exported_nothing: str
    too_large: str
    wrong_folder: str


TEACHING_EN = TeachingTexts(
    operators_only="That is only for those who run me.",
    operators_only_toast="That is only for those who run me.",
    which_task="What shall I learn from the votes?",
    no_such_task="I cannot learn <b>{task}</b> from votes. Send /train alone and choose, or one of: {tasks}.",
    data=(
        "🎓 <b>{task}</b>\n"
        "Labels to learn from: {labels}\n"
        "People who voted: {voters}, votes: {votes}\n"
        "People whose votes have proved right, and whom it would learn from: {proved}\n"
        "Known labels (gold), which only measure: {gold}\n"
        "Answers now: {champion}"
    ),
    agreeing=("🎓 <b>{task}</b>\nI am finding out what the voters agree on now, which takes a few seconds …"),
    not_agreed=(
        "⚠️ I could not find out what the newest votes agree on, so the labels are counted as before them. "
        "The bot's log says why. Send /train again to have another try."
    ),
    start_question=(
        "Shall I start? It learns beside my answering, at low priority, and is compared with the model that "
        "answers now. It takes its place by itself only if gold that you gave shows that it is better, and "
        "the test file that it can still do what it could. What passes otherwise stays a candidate until "
        "you promote it."
    ),
    nothing_yet="Nobody has voted on this yet, so there is nothing to learn from.",
    no_label=(
        "🚫 It cannot begin yet: none of the texts that I may learn from is labelled {labels}. Not among "
        "them are gold and the two texts in ten that are set aside, which only measure; texts whose label "
        "is not sure enough; and texts of public test sets."
    ),
    no_agreed="🚫 It cannot begin yet: there is no text on whose label the voters agree.",
    too_few=(
        "🚫 It cannot begin yet: I could learn from {rows:text|texts}, and it takes {least}, as one is set "
        "aside to see when it has learnt enough. {missing:more is|more are} missing; of ten texts that "
        "people label, I learn from eight. /label gives them texts."
    ),
    nothing_to_measure=(
        "🚫 It cannot begin yet: there is nothing to measure it on. Of ten texts that people label, about "
        "one is held out for that, and none of the {labels:that there is|that there are} was. Some ten more "
        "are needed, which /label gives them, or a text whose label you know, as gold: "
        "<code>kobert-bot feedback import</code>"
    ),
    apart=(
        "🚫 <b>{task}</b>: I answer this with another model in each language.\n{lines}\n"
        "A trained one would answer in place of all of them, but could be compared with only one, so none is "
        "trained. In the CATALOG file put one line {line} in place of these, or choose another PRESET."
    ),
    few_labels=(
        "⚠️ There are few labels: {missing} more would make {least}, with which a gain can be seen at all."
    ),
    few_voters=(
        "⚠️ It cannot be promoted yet: {missing:more person is|more people are} needed whose votes have "
        "proved right, {least} in all. That takes ten votes of each at least, on gold or on texts that "
        "others vote on too, and a vote on what it would learn from."
    ),
    busy_voter=(
        "⚠️ It cannot be promoted yet: {share} of the votes on what it would learn from are one person's, "
        "and {cap} may be. Others have to vote more."
    ),
    few_gold=(
        "ℹ️ {missing:more gold label|more gold labels} would make {least}; until then a gain is judged "
        "on held-out votes, and what passes on them waits until you promote it."
    ),
    no_gain=(
        "⚠️ It cannot be promoted yet: {missing:more gold label|more gold labels} would make {least}; until "
        "then a gain is judged on held-out votes, and there is none. Of ten texts that people label, about "
        "one is held out."
    ),
    few_given=(
        "ℹ️ Too much of the gold is what voters said: {missing:more label|more labels} of yours would make "
        "{least}; until then what passes waits until you promote it."
    ),
    learnt_gold=(
        "ℹ️ Not counted: {learnt:gold label|gold labels} with a text that the model that answers learnt from, "
        "which measures nothing."
    ),
    no_test=(
        "⚠️ There is no test file, so what it could do before is not measured, and may suffer: if it passes, "
        "it waits until you promote it. <code>TEACHING_TESTS</code> and <code>TEACHING_REPLAYS</code> in "
        ".env name the files for that."
    ),
    short_test=(
        "⚠️ The test file has {texts:text|texts}, too few to show that nothing is lost, unless some are "
        "gained: about {least} would do. So what passes is likely to wait until you promote it."
    ),
    start_button="▶️ Start",
    cancel_button="✖️ Cancel",
    asked_toast="It begins shortly.",
    runs_already_toast="It is being trained already.",
    cancelling_toast="I am stopping it.",
    ended_toast="It has ended already.",
    title="🎓 <b>{task}</b> · training {number}",
    phases={
        "queued": "waits for its turn",
        "snapshot": "drawing the data set",
        "training": "learning",
        "gate": "comparing with the model that answers now",
    },
    cancelling="stopping …",
    shown_below="A newer message of this chat shows how far it is.",
    shown_elsewhere="Another admin is shown how far it is. <code>/train {task}</code> shows it here again.",
    steps="step {step} of {steps}",
    loss="loss {loss}",
    accuracy="{accuracy} right on what it does not learn from",
    left="{time} left",
    done="It has ended: {verdict}",
    failed="🚫 It failed: {reason}",
    failures=FAILURES_EN,
    cancelled="✖️ It was cancelled; nothing of it is left.",
    promoted="✅ <b>{name}</b> answers from now on. /models goes back to the one before.",
    not_promoted="It stays a candidate: /models promotes it.",
    overtaken=(
        "⚠️ It passed, but meanwhile another model answers than <b>{champion}</b>, which it was compared "
        "with. So it stays a candidate. /train teaches one that is compared with the new one; who runs the "
        "bot can promote this one all the same on the command line."
    ),
    waits=(
        "⚠️ It stays a candidate until a person promotes it, as the first line of the verdict says. Look at "
        "it; then /models promotes it."
    ),
    stats_title="📊 <b>The last {days:day|days}</b>",
    stats_task=(
        "<b>{task}</b>: {votes:vote|votes} by {voters:person|people}, {queue:text waits|texts wait} for "
        "more, {labels:label|labels}, {gold} gold"
    ),
    stats_accuracy="right as users see it: {share} of {count}",
    stats_alpha="agreement (alpha): {alpha}",
    stats_nothing="Nobody has voted yet.",
    stats_days="Votes in these days: {votes}",
    stats_cut="🧩 /tokens: {votes:vote says|votes say} that {texts:text was|texts were} cut wrongly.",
    nobody="–",
    exported=(
        "{votes:vote|votes} by {voters:person|people} on {texts:text|texts}. "
        "Keep it no longer than you need it."
    ),
    exported_nothing="There are no votes to export yet.",
    too_large=(
        "The file would be {size}, and Telegram takes {limit}. On the command line: "
        "<code>kobert-bot feedback export</code>"
    ),
    wrong_folder=(
        "⚠️ On <code>{machine}</code>, <code>TEACHING_FOLDER</code> is not the folder of my database. "
        "I answer there, but neither train nor delete what came of deleted texts.\n<code>{reason}</code>"
    ),
)

TEACHING_KO = TeachingTexts(
    operators_only="저를 운영하는 분만 쓸 수 있어요.",
    operators_only_toast="저를 운영하는 분만 쓸 수 있어요.",
    which_task="투표에서 무엇을 배울까요?",
    no_such_task=(
        "<b>{task}</b>, 이건 투표로 배울 수 없어요. /train만 보내서 고르거나 이렇게 적어 주세요: {tasks}."
    ),
    data=(
        "🎓 <b>{task}</b>\n"
        "배울 수 있는 라벨: {labels}\n"
        "투표한 사람: {voters}, 투표: {votes}\n"
        "배울 글에 투표한 사람 중 표가 맞는 것으로 확인된 사람: {proved}\n"
        "재는 데만 쓰는 정답(골드): {gold}\n"
        "지금 대답하는 모델: {champion}"
    ),
    agreeing="🎓 <b>{task}</b>\n지금 투표한 분들의 뜻이 모였는지 알아보는 중이에요. 몇 초 걸려요 …",
    not_agreed=(
        "⚠️ 새 투표에서 의견이 모였는지 알아내지 못해서, 라벨은 그 전까지 센 거예요. "
        "이유는 봇의 로그에 있어요. /train을 다시 보내면 다시 알아볼게요."
    ),
    start_question=(
        "시작할까요? 대답하는 틈틈이 낮은 우선순위로 배우고, 지금 모델과 비교해요. 직접 넣은 골드가 더 "
        "낫다고 보여 주고 시험 파일에서 전에 잘하던 것도 그대로일 때만 스스로 그 자리를 이어받아요. 그 "
        "밖에는 통과해도 직접 올릴 때까지 후보로 남아요."
    ),
    nothing_yet="아직 아무도 투표하지 않아서 배울 것이 없어요.",
    no_label=(
        "🚫 아직 시작할 수 없어요. 배울 수 있는 글이 없는 라벨이 있어요: {labels}. "
        "재는 데만 쓰는 골드와 열 개에 두 개꼴로 떼어 두는 글, 라벨이 확실하지 않은 글, 공개 시험 세트에 "
        "있는 글은 세지 않아요."
    ),
    no_agreed="🚫 아직 시작할 수 없어요. 투표한 분들의 뜻이 모인 글이 없어요.",
    too_few=(
        "🚫 아직 시작할 수 없어요. 배울 수 있는 글이 {rows}개인데 {least}개는 있어야 해요. 얼마나 배웠는지 "
        "볼 글을 하나 떼어 두거든요. {missing}개가 모자라요. 라벨을 단 글 열 개 가운데 여덟 개꼴로 배워요. "
        "글은 /label 이 나눠 드려요."
    ),
    nothing_to_measure=(
        "🚫 아직 시작할 수 없어요. 재어 볼 글이 없어요. 라벨을 단 글은 열 개에 하나꼴로 재려고 떼어 두는데, "
        "지금 있는 {labels}개 가운데에는 하나도 없어요. /label 로 열 개쯤 더 달거나, 정답을 아는 글을 "
        "골드로 하나 넣어 주세요: <code>kobert-bot feedback import</code>"
    ),
    apart=(
        "🚫 <b>{task}</b>: 언어마다 다른 모델이 대답하고 있어요.\n{lines}\n"
        "가르친 모델은 그 모두를 대신하게 되는데 비교는 하나하고만 할 수 있어서, 가르치지 않을게요. "
        "CATALOG 파일에서 이 줄들을 {line} 한 줄로 바꾸거나 다른 PRESET을 골라 주세요."
    ),
    few_labels="⚠️ 라벨이 적어요. {missing}개가 더 모여 {least}개가 되면 나아진 것을 알아볼 수 있어요.",
    few_voters=(
        "⚠️ 아직은 배워도 바꿔 쓸 수 없어요. 표가 맞는 것으로 확인된 사람이 {least}명 필요한데 {missing}명이 "
        "모자라요. 골드나 다른 사람들도 투표한 글에 적어도 열 번 투표해서 맞은 것으로 확인되고, 배울 글에도 "
        "투표한 사람만 세요."
    ),
    busy_voter=(
        "⚠️ 아직은 배워도 바꿔 쓸 수 없어요. 배울 글에 모인 표의 {share}가 한 사람 것인데 {cap}까지만 돼요. "
        "다른 분들이 더 투표해야 해요."
    ),
    few_gold=(
        "ℹ️ 골드가 {missing}개 더 모여 {least}개가 될 때까지는 따로 떼어 둔 투표로 비교해요. "
        "그것으로 통과한 모델은 직접 올릴 때까지 기다려요."
    ),
    no_gain=(
        "⚠️ 아직은 배워도 바꿔 쓸 수 없어요. 골드가 {missing}개 더 모여 {least}개가 될 때까지는 따로 떼어 둔 "
        "투표로 비교하는데, 그런 것이 하나도 없어요. 라벨을 단 글은 열 개에 하나꼴로 떼어 둬요."
    ),
    few_given=(
        "ℹ️ 골드 가운데 투표로 정해진 것이 너무 많아요. 직접 넣은 골드가 {missing}개 더 모여 {least}개가 될 "
        "때까지는, 통과한 모델도 직접 올릴 때까지 기다려요."
    ),
    learnt_gold=(
        "ℹ️ 지금 대답하는 모델이 이미 배운 글은 재어 주는 것이 없어서, 골드 {learnt}개는 세지 않았어요."
    ),
    no_test=(
        "⚠️ 시험 파일이 없어서 전에 잘하던 것은 재지 않고, 나빠져도 알 수 없어요. 그래서 통과해도 직접 올릴 "
        "때까지 기다려요. .env의 <code>TEACHING_TESTS</code>와 <code>TEACHING_REPLAYS</code>에 파일을 적어 "
        "주세요."
    ),
    short_test=(
        "⚠️ 시험 파일의 글이 {texts}개뿐이라, 새로 맞히는 것이 없으면 아무것도 잃지 않았다고 할 수 없어요"
        "({least}개쯤이면 돼요). 그래서 통과해도 직접 올릴 때까지 기다리게 되기 쉬워요."
    ),
    start_button="▶️ 시작",
    cancel_button="✖️ 그만두기",
    asked_toast="곧 시작해요.",
    runs_already_toast="이미 배우고 있어요.",
    cancelling_toast="멈추고 있어요.",
    ended_toast="이미 끝났어요.",
    title="🎓 <b>{task}</b> · 학습 {number}",
    phases={
        "queued": "차례를 기다리는 중",
        "snapshot": "데이터를 뽑는 중",
        "training": "배우는 중",
        "gate": "지금 모델과 비교하는 중",
    },
    cancelling="멈추는 중 …",
    shown_below="어디까지 왔는지는 이 채팅의 더 새로운 메시지에서 볼 수 있어요.",
    shown_elsewhere=(
        "지금은 다른 관리자에게 보여 주고 있어요. <code>/train {task}</code>, 이렇게 보내면 다시 여기에서 "
        "볼 수 있어요."
    ),
    steps="{steps}단계 중 {step}",
    loss="손실 {loss}",
    accuracy="배우지 않은 글 정답률 {accuracy}",
    left="{time} 남음",
    done="끝났어요: {verdict}",
    failed="🚫 실패했어요. {reason}",
    failures=FAILURES_KO,
    cancelled="✖️ 그만두었어요. 저장된 것은 없어요.",
    promoted="✅ 이제부터 <b>{name}</b> 모델이 대답해요. /models 에서 이전 모델로 되돌릴 수 있어요.",
    not_promoted="후보로 남아 있어요. /models 에서 바꿔 쓸 수 있어요.",
    overtaken=(
        "⚠️ 통과했지만, 비교한 <b>{champion}</b> 모델 말고 다른 모델이 그 사이에 대답하게 됐어요. "
        "그래서 후보로 남겨 두었어요. /train 으로 다시 가르치면 새 모델과 비교해요. "
        "그래도 쓰려면 운영자가 명령줄에서 바꿀 수 있어요."
    ),
    waits=(
        "⚠️ 심사 결과 첫 줄에 적힌 까닭으로, 사람이 직접 올릴 때까지 후보로 남아 있어요. 살펴본 뒤에 "
        "/models 에서 바꿔 쓸 수 있어요."
    ),
    stats_title="📊 <b>최근 {days}일</b>",
    stats_task=(
        "<b>{task}</b>: {voters}명이 {votes}번 투표, 라벨을 기다리는 글 {queue}, 라벨 {labels}, 골드 {gold}"
    ),
    stats_accuracy="사용자가 본 정답률: {count}번 중 {share}",
    stats_alpha="일치도(알파): {alpha}",
    stats_nothing="아직 아무도 투표하지 않았어요.",
    stats_days="이 기간의 투표: {votes}",
    stats_cut="🧩 /tokens: 잘못 나눴다는 표 {votes}, 그 글 {texts}.",
    nobody="–",
    exported="{voters}명이 글 {texts}개에 한 투표 {votes}개예요. 필요한 동안만 가지고 계세요.",
    exported_nothing="아직 내보낼 투표가 없어요.",
    too_large=(
        "파일이 {size}인데 텔레그램은 {limit}까지 받아요. 명령줄에서 받아 주세요: "
        "<code>kobert-bot feedback export</code>"
    ),
    wrong_folder=(
        "⚠️ <code>{machine}</code>의 <code>TEACHING_FOLDER</code>가 제 데이터베이스의 폴더가 아니에요. "
        "거기서 대답은 하지만, 새로 배우지 않고 지워진 글에서 나온 파일도 지우지 않아요.\n"
        "<code>{reason}</code>"
    ),
)
