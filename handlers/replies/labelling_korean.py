"""What is said to people who label, in Korean."""

from __future__ import annotations

from handlers.replies.labelling_wording import LabellingTexts

LABELLING_KO = LabellingTexts(
    skip_button="🤷 잘 모르겠어요",
    skipped_toast="잘 모르겠다고 적어 두었어요. 어느 답의 표로도 세지 않아요.",
    kept_toast=(
        "제 대답을 보시기 전에 이미 이 글을 골라 주셨어요. 그 표가 더 값져서 그대로 둘게요. "
        "다시 투표하시려면 먼저 취소해 주세요."
    ),
    closed_toast="이미 마감해서 더는 표를 세거나 취소하지 않아요.",
    word_button="✏️ 다른 말",
    word_prompt="{name}님, 빈칸에 어떤 말이 들어갈까요? 이 메시지에 답장으로 그 한 낱말만 보내 주세요.",
    words_prompt=(
        "{name}님, 빈칸마다 어떤 말이 들어갈까요? 이 메시지에 답장으로 낱말을 순서대로 모두 쓰시거나, "
        "번호와 낱말을 하나만 보내 주세요. 예: <code>2: 낱말</code>"
    ),
    word_placeholder_button="빈칸에 들어갈 낱말",
    word_prompted_toast="제 메시지에 답장으로 낱말을 보내 주세요.",
    word_asked_toast="이미 여쭤봤어요. 이 대답 아래에 있는 제 물음에 답장으로 낱말을 보내 주세요.",
    word_counted="고마워요, 기록했어요: <b>{word}</b>",
    word_changed="표를 바꿨어요: <b>{word}</b>",
    word_unchanged="이미 기록한 표예요: <b>{word}</b>",
    word_unreadable=(
        "다른 말에 투표하시려면 그 낱말만 답장으로 보내 주세요. "
        "빈칸 표시 없이 {most}자까지, 한 낱말이어야 해요."
    ),
    words_unreadable=(
        "다른 말에 투표하시려면 빈칸 {count}개에 들어갈 낱말을 순서대로 모두 쓰시거나 번호와 낱말을 답장으로 "
        "보내 주세요. 예: <code>2: 낱말</code>. 낱말은 빈칸 표시 없이 {most}자까지예요."
    ),
    word_consent=(
        "낱말을 표로 세려면 저장해야 해요. 앞으로 물어보시는 글도 함께 저장하고, 모델을 더 잘 가르치는 데 "
        "써요. 누구인지는 해시로만 남겨요. 괜찮으시면 제 대답 아래 버튼이나 /privacy{at}에서 동의하고 낱말을 "
        "다시 보내 주세요."
    ),
    only_people_vote=(
        "한 사람이 한 표인데, 그룹이나 채널 이름으로 말하시면 누구신지 알 수 없어요. "
        "본인 이름으로 답해 주세요."
    ),
    question={
        "sentiment": "이 글은 긍정인가요, 부정인가요?",
        "nsp": "두 번째 글이 첫 번째 글에 이어지나요?",
        "nli": "첫 번째 글이 맞다면 두 번째 글은 어떤가요?",
        "mask": "빈칸에 어떤 말이 들어가나요?",
    },
    guideline={
        "sentiment": (
            "<b>긍정일까요, 부정일까요?</b>\n"
            "소재가 밝은지가 아니라, 쓴 사람이 그것을 어떻게 느끼는지 골라 주세요. 둘 다 있으면 결국 "
            "어느 쪽이 "
            "더 큰지 보고, 반어는 속뜻으로 골라 주세요. 아무 느낌이 없는 글은 '잘 모르겠어요'예요.\n"
            "\n"
            "예: “음악은 괜찮았는데 두 번이나 졸았다.” → 부정"
        ),
        "nsp": (
            "<b>이어질까요?</b>\n"
            "두 글이 한 기사나 대화에 있다고 생각해 보세요. 첫 번째 글 바로 뒤에 두 번째 글이 와서 같은 "
            "이야기를 "
            "이어 가면 이어지는 거예요. 이야기가 갑자기 바뀌면 아니에요. 사실인지는 보지 않아도 돼요.\n"
            "\n"
            "예: “버스를 놓쳤다.” – “그래서 걸어갔다.” → 이어져요"
        ),
        "nli": (
            "<b>참일까요, 거짓일까요, 알 수 없을까요?</b>\n"
            "첫 번째 글이 맞다고 보고, 상식 말고 다른 것은 쓰지 말아 주세요. 두 번째 글도 꼭 맞으면 참, 둘이 "
            "함께 맞을 수 없으면 거짓, 그럴 수도 아닐 수도 있으면 알 수 없어요.\n"
            "\n"
            "예: “여자가 국을 끓이고 있다.” – “여자가 식당에 있다.” → 알 수 없어요"
        ),
        "mask": (
            "<b>어떤 말일까요?</b>\n"
            "빈칸에 넣을 낱말 하나를 그 자리에 들어갈 모습 그대로, 맞춤법에 맞게 써 주세요. 여러 말이 "
            "어울리면 "
            "가장 흔한 말로 골라 주세요. 사람 이름밖에 넣을 수 없으면 '잘 모르겠어요'예요.\n"
            "\n"
            "예: “나는 ___에 우유를 타서 마신다.” → 커피"
        ),
    },
    short_guideline_toast={
        "sentiment": (
            "소재가 밝은지가 아니라, 쓴 사람이 어떻게 느끼는지 골라 주세요. 둘 다 있으면 결국 더 큰 쪽, "
            "반어는 속뜻이에요. 아무 느낌이 없으면 '잘 모르겠어요'예요."
        ),
        "nsp": (
            "첫 번째 글 바로 뒤에 두 번째 글이 와서 같은 이야기를 이어 가면 이어지는 거예요. 이야기가 갑자기 "
            "바뀌면 아니에요. 사실인지는 보지 않아도 돼요."
        ),
        "nli": (
            "첫 번째 글이 맞다고 보고 상식만 써 주세요. 두 번째 글도 꼭 맞으면 참, 함께 맞을 수 없으면 거짓, "
            "그럴 수도 아닐 수도 있으면 알 수 없어요."
        ),
    },
    guideline_button="📖 고르는 법",
    back_button="⬅️ 글로 돌아가기",
    undo_last_button="↩️ 앞의 것 취소",
    stop_button="⏹ 그만하기",
    more_button="🏷 열 개 더",
    item="🏷 <b>{place}/{total}</b> · {question}",
    first_text="첫 번째",
    second_text="두 번째",
    reply_with_word="이 메시지에 답장으로 낱말을 보내 주세요.",
    labelled_toast="고마워요: {label}",
    relabelled_toast="바꿨어요: {label}",
    same_label_toast="이미 골라 주셨어요: {label}",
    unlabelled_toast="고르신 것을 취소했어요. 그 글을 다시 보여 드릴게요.",
    unlabelled_gone_toast="고르신 것을 취소했어요. 그 글은 이제 없어요.",
    nothing_to_unlabel_toast="이미 취소하셨어요.",
    item_gone_toast="그 글은 이제 없어요. 다른 글은 /label 명령으로 받으실 수 있어요.",
    batch_done=(
        "🎉 고마워요! 골라 주신 글 <b>{labelled}</b>개, 잘 모르겠다고 하신 글 {skipped}개예요. "
        "지금까지의 기록은 /mystats"
    ),
    nothing_done="알겠어요. 언제든 /label 명령으로 다시 하실 수 있어요.",
    nobody_asked=(
        "여기에는 아직 골라 주실 글이 없어요. 사람들이 저에게 물어보고 다른 분들이 봐도 된다고 동의하면 글이 "
        "생겨요. 나중에 다시 해 주세요: /label"
    ),
    nobody_asked_of_task=(
        "'{task}'에는 아직 골라 주실 글이 없어요. 사람들이 물어보고 다른 분들이 봐도 된다고 동의하면 글이 "
        "생겨요. 다른 것은 있을 수 있어요: /label"
    ),
    nothing_to_label=(
        "지금은 골라 주실 글이 없어요. 보여 드릴 수 있는 글은 모두 아시는 글이에요. "
        "고마워요! 사람들이 저에게 물어보면 새 글이 생겨요."
    ),
    nothing_to_label_of_task="'{task}'에는 지금 골라 주실 글이 없어요. 다른 것은 있을 수 있어요: /label",
    consent_to_label=(
        "글을 골라 주시면 그 표를 저장해야 해요. 앞으로 물어보시는 글도 저장하고, 글을 골라 주는 다른 분들이 "
        "누가 물었는지 모르는 채로 볼 수 있어요. 누구인지는 해시로만 남겨요. 여기서 동의하시면 바로 "
        "시작할게요. 자세한 내용: /privacy"
    ),
    label_consent_toast="표를 저장하려면 동의가 필요해요. /privacy에서 동의하고 다시 눌러 주세요.",
    what_can_be_labelled=(
        "이렇게 보내시면 골라 주실 글을 드려요: <code>/label sentiment</code>, <code>/label nsp</code>, "
        "<code>/label nli</code>, <code>/label mask</code>. 가장 도움이 되는 글은 /label"
    ),
    only_admins_label="그룹에서 함께 고를 글은 관리자만 올릴 수 있어요. 관리자에게 부탁해 주세요.",
    group_usage=(
        "메시지에 답장으로 <code>/label{at} sentiment</code>를 보내시거나 그 뒤에 글을 쓰시면, 그룹에서 함께 "
        "골라요. 두 글은 <code>/label{at} nli 첫 번째 글. | 두 번째 글.</code> 또는 <code>nsp</code>로 보내 "
        "주세요.\n"
        "혼자 고르시려면 저와 단둘이 있을 때 /label 명령을 보내 주세요."
    ),
    post="🏷 <b>{question}</b>\n한 사람이 한 표예요. 남들이 무엇을 골랐는지는 마감한 뒤에 보여요.",
    post_button="🏁 마감하고 결과 보기",
    post_consent=(
        "글을 함께 고르려면 그 글과 제 대답, 표를 저장해야 해요. 아직 동의하지 않으셨어요. "
        "/privacy{at}에서 동의하고 다시 보내 주세요."
    ),
    only_admins_close_toast="마감은 그룹 관리자만 할 수 있어요.",
    post_closed="🏁 <b>{question}</b>",
    post_model="🤖 모델의 답: {label} {percent}",
    post_unsure="🤷 잘 모르겠어요: {count}",
    post_nobody="아무도 투표하지 않았어요.",
    stats_title="📊 <b>내 표</b>",
    stats_task="<b>{task}</b>: 맞아요 {confirmed}, 고침 {corrected}, 잘 모르겠어요 {skipped}",
    stats_blind="… 제 대답을 보지 않고 고르신 것: {blind}",
    stats_judged="… 알려졌거나 함께 정해진 답과 같은 표: {judged}개 가운데 {right}개",
    stats_not_judged="… 다른 분들과 얼마나 같은지: 아직 표가 모자라요",
    stats_days="투표하신 날: {days}일",
    stats_none="아직 표가 없어요. 제 대답 아래 버튼을 누르시거나 /label 명령으로 글을 골라 주세요.",
    trust_right="맞고 틀림을 가릴 수 있는 표 {judged}개 가운데 {right}개가 맞았어요.",
    trust_unjudged="맞고 틀림을 가릴 수 있는 표가 없어요. 알려진 답도, 뜻이 같은 다른 두 사람도 없어요.",
    trust_none="여기에는 투표하지 않았거나 건너뛰기만 하셨어요.",
    trust_verdict={
        "new": "판단하기에는 아직 모자라서 다른 분들의 표와 똑같이 세요.",
        "trusted": "찍은 것보다 확실히 나아서 표를 세요.",
        "weighed": "맞은 만큼 표를 세요.",
        "capped": "표가 아주 많아서 일부는 세지 않아요.",
        "chance": "찍은 것과 다르지 않아서 표를 세지 않아요.",
        "inverted": "찍은 것보다 확실히 못해서 표를 세지 않아요.",
    },
)
