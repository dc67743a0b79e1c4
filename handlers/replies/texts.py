"""Every text a user can see, once in Korean and once in English.

A field of :class:`Texts` that one language lacks is a type error; a test compares the placeholders.
Texts are Telegram HTML, except those that end in ``_toast``, ``_button`` or ``_menu``, which are plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["ko", "en"]

LANGUAGES: tuple[Language, ...] = ("ko", "en")


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language.

    Attributes:
        labels: Class names by task, then by the model's label.
        usage: Per command, how to use it, with an example; ``{at}`` is ``@BotName`` in groups, else empty.
        menu: Per command, its line in Telegram's command menu.
        task_button: Per task, what a text without a command is offered.
    """

    language_name: str
    start: str
    help: str
    group_help: str
    greeting: str
    menu: Mapping[str, str]
    usage: Mapping[str, str]
    unknown_command: str
    only_text: str
    offer: str
    task_button: Mapping[str, str]
    text_gone_toast: str
    inline_help_button: str
    inline_blank_button: str
    nothing_to_read: str
    nothing_in_reply: str
    one_text_missing: str
    labels: Mapping[str, Mapping[str, str]]
    pieces: str
    other_pieces: str
    second_note: str
    by_model: str
    truncated: str
    guessed: str
    more_lines: str
    more_blanks: str
    right_button: str
    none_button: str
    pieces_right_button: str
    pieces_wrong_button: str
    undo_button: str
    none_toast: str
    counted_toast: str
    changed_toast: str
    unchanged_toast: str
    undone_toast: str
    nothing_to_undo_toast: str
    only_admins_vote_toast: str
    old_button_toast: str
    language_question: str
    language_set: str
    language_set_toast: str
    language_of_group: str
    language_set_elsewhere_toast: str
    settings: str
    each_own_language: str
    voters_everybody: str
    voters_admins: str
    no_pause: str
    default_preset: str
    open_in_private_button: str
    setting_changed_toast: str
    setting_unchanged_toast: str
    only_admins_toast: str
    not_your_group: str
    settings_in_groups: str
    consent_question: str
    consent_toast: str
    consent_to_vote_toast: str
    agree_button: str
    decline_button: str
    ask_button: str
    agree_to_vote_button: str
    agreed_toast: str
    declined_toast: str
    not_kept_toast: str
    privacy: str
    privacy_agreed: str
    privacy_declined: str
    privacy_undecided: str
    kept_for_good: str
    kept_for_days: str
    withdraw_button: str
    only_in_private: str
    mydata_caption: str
    forget_question: str
    forget_button: str
    not_forget_button: str
    forgotten: str
    forgotten_toast: str
    not_forgotten: str
    not_forgotten_toast: str
    one_moment: str
    one_moment_toast: str
    blocked_toast: str
    private_toast: str
    user_cooldown: str
    chat_cooldown: str
    user_quota: str
    chat_quota: str
    seconds: str
    minutes: str
    hours: str
    busy: str
    loading: str
    downloading: str
    too_late: str
    empty_text: str
    no_blank: str
    not_served: str
    unavailable: str
    unexpected: str
    description: str
    short_description: str
    admin_report: str


KO = Texts(
    language_name="한국어",
    start="안녕하세요! 저는 BERT 모델로 글을 읽는 봇이에요. 한국어와 영어를 읽어요.",
    help=(
        "<b>할 수 있는 일</b>\n"
        "/mask{at} – 빈칸에 들어갈 말을 맞혀요. 빈칸은 [MASK], ___ 또는 (빈칸)으로 써 주세요.\n"
        "<code>/mask{at} 오늘은 날씨가 ___ 좋다.</code>\n"
        "/nsp{at} – 두 번째 문장이 첫 번째 문장에 이어지는지 봐요.\n"
        "<code>/nsp{at} 배가 고프다. | 그래서 밥을 먹었다.</code>\n"
        "/sentiment{at} – 긍정인지 부정인지 알려 줘요.\n"
        "<code>/sentiment{at} 이 영화 정말 재미있어요!</code>\n"
        "/nli{at} – 첫 번째 문장이 맞다면 두 번째 문장도 맞는지 봐요.\n"
        "<code>/nli{at} 아이가 공원에서 뛰고 있다. | 아이가 밖에 있다.</code>\n"
        "/tokens{at} – 모델이 글을 어떤 조각으로 나누는지 보여 줘요.\n"
        "<code>/tokens{at} 안녕하세요, 반갑습니다!</code>\n"
        "/language{at} – 언어를 바꿔요. · Change the language.\n"
        "/privacy{at} – 무엇을 저장하는지 보고, 저장해도 되는지 정해요.\n"
        "/mydata{at}, /forgetme{at} – 저장된 내 정보를 받아 보거나 지워요.\n"
        "\n"
        "두 문장은 줄을 바꾸거나 <code>|</code> 또는 <code>///</code>로 나눠 주세요. "
        "다른 메시지에 답장으로 명령만 보내면 그 메시지를 읽어요. 명령을 고치면 제 대답도 고쳐져요. "
        "저와 둘이 있을 때는 명령 없이 글만 보내셔도 돼요.\n"
        "\n"
        "<b>가르치기</b>\n"
        "대답 아래 버튼으로 맞았는지, 아니면 무엇이 맞는지 알려 주세요. "
        "한 사람이 한 표이고, 언제든 바꾸거나 취소할 수 있어요. "
        "모인 표는 모델을 더 잘 가르치는 데 써요.\n"
        "\n"
        "<b>저장하는 것</b>\n"
        "동의하지 않으시면 물어보신 글은 저장하지 않아요. 동의하시면 그 글과 제 대답, 투표한 내용을 "
        "저장해요. "
        "사용자 ID는 비밀 키로 만든 해시(HMAC)로 바꿔서 저장하고, 이름은 저장하지 않아요. "
        "자세한 내용: /privacy{at}"
    ),
    group_help=(
        "그룹에서는 명령 뒤에 제 이름을 붙여 주세요. 예: <code>/sentiment{at} 정말 좋아요</code>\n"
        "관리자는 /settings{at} 명령으로 이 그룹의 언어와 모델, 투표할 사람, 쉬는 시간을 정할 수 있어요."
    ),
    greeting=(
        "안녕하세요! 저는 BERT 모델로 한국어와 영어 글을 읽는 봇이에요. "
        "이렇게 물어봐 주세요: <code>/sentiment{at} 이 영화 정말 재미있어요!</code>\n"
        "저를 부르는 명령에만 대답해요. 모든 명령: /help{at} · 관리자 설정: /settings{at}"
    ),
    menu={
        "mask": "빈칸에 들어갈 말 맞히기",
        "nsp": "두 문장이 이어지는지 보기",
        "sentiment": "긍정인지 부정인지 보기",
        "nli": "한 문장에서 다른 문장이 나오는지 보기",
        "tokens": "글을 조각으로 나누기",
        "language": "언어 바꾸기",
        "settings": "그룹 설정 (관리자)",
        "privacy": "저장하는 것과 내 동의",
        "mydata": "저장된 내 정보 받기",
        "forgetme": "저장된 내 정보 지우기",
        "help": "사용법",
        "start": "시작하기",
    },
    usage={
        "mask": "빈칸이 있는 글을 보내 주세요. 예:\n<code>/mask{at} 오늘은 날씨가 ___ 좋다.</code>",
        "nsp": "두 문장을 보내 주세요. 예:\n<code>/nsp{at} 배가 고프다. | 그래서 밥을 먹었다.</code>",
        "sentiment": "글을 함께 보내 주세요. 예:\n<code>/sentiment{at} 이 영화 정말 재미있어요!</code>",
        "nli": (
            "두 문장을 보내 주세요. 예:\n<code>/nli{at} 아이가 공원에서 뛰고 있다. | 아이가 밖에 있다.</code>"
        ),
        "tokens": "나눌 글을 보내 주세요. 예:\n<code>/tokens{at} 안녕하세요, 반갑습니다!</code>",
    },
    unknown_command="그런 명령은 없어요. 제가 아는 명령은 /help에 모두 있어요.",
    only_text="저는 글만 읽을 수 있어요. 글을 보내 주시면 무엇을 할 수 있는지 보여 드릴게요.",
    offer="이 글로 무엇을 해 볼까요?",
    task_button={
        "mask": "✏️ 빈칸 채우기",
        "nsp": "➡️ 이어지는 문장인지 보기",
        "sentiment": "🙂 긍정인지 부정인지 보기",
        "nli": "🔎 앞 문장에서 뒤 문장이 나오는지 보기",
        "tokens": "🧩 조각으로 나누기",
    },
    text_gone_toast="보내신 글이 이제 보이지 않아요. 글을 다시 보내 주세요.",
    inline_help_button="이어서 글을 쓰시면 제가 읽어 볼게요",
    inline_blank_button="빈칸을 채우려면 맞힐 자리를 ___로 써 주세요",
    nothing_to_read="읽을 글이 없어요.",
    nothing_in_reply="답장하신 메시지에는 읽을 글이 없어요.",
    one_text_missing="두 문장이 필요한데 하나만 있어요. 줄을 바꾸거나 | 또는 ///로 나눠 주세요.",
    labels={
        "sentiment": {"positive": "긍정", "negative": "부정"},
        "nsp": {"next": "이어져요", "not_next": "안 이어져요"},
        "nli": {
            "entailment": "참이에요 (함의)",
            "neutral": "알 수 없어요 (중립)",
            "contradiction": "거짓이에요 (모순)",
        },
        "tokens": {"right": "잘 나눴어요", "wrong": "잘못 나눴어요"},
    },
    pieces="<b>조각 {count}개</b>",
    other_pieces="<b>{model}</b> 모델은 {count}개로 나눠요.",
    second_note="번호 뒤의 ·는 두 번째 글이라는 뜻이에요.",
    by_model="모델: {model}",
    truncated="✂️ 글이 길어서 끝부분은 읽지 못했어요.",
    guessed="🤷 모델이 아는 글자가 하나도 없어서 어림짐작한 답이에요.",
    more_lines="… 그 밖에 {count}개",
    more_blanks="… 그 밖에 빈칸 {count}개",
    right_button="✅ 맞아요",
    none_button="✖️ 다 아니에요",
    pieces_right_button="✅ 잘 나눴어요",
    pieces_wrong_button="✖️ 잘못 나눴어요",
    undo_button="↩️ 내 표 취소",
    none_toast="다 아니에요",
    counted_toast="고마워요, 기록했어요: {label}",
    changed_toast="표를 바꿨어요: {label}",
    unchanged_toast="이미 기록한 표예요: {label}",
    undone_toast="내 표를 취소했어요.",
    nothing_to_undo_toast="취소할 내 표가 없어요.",
    only_admins_vote_toast="이 그룹에서는 관리자만 투표하기로 했어요.",
    old_button_toast="이 버튼은 이제 쓸 수 없어요. 명령을 다시 보내 주세요.",
    language_question="어떤 언어로 말할까요? · Which language should I speak?",
    language_set="이제 한국어로 말할게요.",
    language_set_toast="한국어로 바꿨어요.",
    language_of_group=(
        "이 그룹에서는 한국어로 대답하기로 관리자가 정했어요. "
        "저와 단둘이 있을 때와 다른 그룹에서 쓸 언어는 여기서 골라 주세요. · "
        "Which language should I speak elsewhere?"
    ),
    language_set_elsewhere_toast=(
        "한국어로 기억할게요. 이 그룹에서는 관리자가 정한 언어로 대답하고, 다른 곳에서는 한국어로 말할게요."
    ),
    settings=(
        "⚙️ <b>{title}</b> 설정\n"
        "\n"
        "🌐 대답하는 언어: {language}\n"
        "🗳 투표: {voters}\n"
        "⏳ 질문 사이에 쉬는 시간: {pause}\n"
        "🤖 모델: {preset}\n"
        "\n"
        "버튼을 누르면 바로 바뀌어요. 그룹 관리자만 바꿀 수 있어요."
    ),
    each_own_language="각자의 언어",
    voters_everybody="모두",
    voters_admins="관리자만",
    no_pause="없음",
    default_preset="{name} (기본)",
    open_in_private_button="💬 개인 채팅에서 바꾸기",
    setting_changed_toast="설정을 바꿨어요.",
    setting_unchanged_toast="이미 그렇게 설정되어 있어요.",
    only_admins_toast="그룹 설정은 그 그룹의 관리자만 바꿀 수 있어요. 관리자에게 부탁해 주세요.",
    not_your_group=(
        "그룹 설정은 지금 그 그룹의 관리자인 분만 볼 수 있고, 저도 그 그룹에 있어야 해요. "
        "관리자이시라면 그룹에서 /settings@{name} 명령을 보내 주세요."
    ),
    settings_in_groups=(
        "설정은 그룹마다 따로 있어요. 그룹에서 /settings@{name} 명령을 보내시면 관리자께 보여 드려요. "
        "제가 말하는 언어는 /language 명령으로, 저장하는 것은 /privacy 명령으로 바꿀 수 있어요."
    ),
    consent_question=(
        "🗂 <b>물어보신 글과 제 대답, 표를 저장해도 될까요?</b> 모델을 더 잘 가르치는 데 쓰고, 누구인지는 "
        "해시로만 남겨요. "
        "동의하지 않으셔도 대답은 똑같이 해요. 자세한 내용: /privacy{at}"
    ),
    consent_toast=(
        "표를 세려면 이 글과 제 대답, 표를 저장해야 해요. 모델을 더 잘 가르치는 데 쓰고, "
        "누구인지는 해시로만 남겨요. 괜찮으시면 아래에서 동의해 주세요. 자세한 내용은 /privacy"
    ),
    consent_to_vote_toast=(
        "표를 세려면 저장해야 해요. 앞으로 물어보시는 글도 함께 저장하고, 모델을 더 잘 가르치는 데 써요. "
        "누구인지는 해시로만 남겨요. 괜찮으시면 아래 동의 버튼을 누르고 다시 투표해 주세요. 자세한 내용은 "
        "/privacy"
    ),
    agree_button="✅ 동의해요",
    decline_button="괜찮아요, 저장하지 마세요",
    ask_button="🗳 투표하기",
    agree_to_vote_button="🗂 내 글과 표의 저장에 동의해요",
    agreed_toast="고마워요! 이제 물어보시는 글과 표를 저장해요. /privacy에서 언제든 바꿀 수 있어요.",
    declined_toast="알겠어요. 이제 저장하지 않아요. 이미 저장된 것은 /forgetme로 지울 수 있어요.",
    not_kept_toast="물어본 분이 저장에 동의하지 않아서, 이 대답에는 투표할 수 없어요.",
    privacy=(
        "<b>동의하시기 전에는</b>\n"
        "대답은 하지만 쓰신 글은 저장하지 않아요. 표를 누르실 수 있게 길어야 10분 동안 메모리에만 기억해요. "
        "저장하는 것은 고르신 언어, 제가 동의를 여쭈었는지와 그 대답, 어느 메시지가 어느 명령에 대한 "
        "대답인지뿐이에요.\n"
        "\n"
        "<b>동의하시면</b>\n"
        "물어보신 글과 제 대답, 표와 그 시각도 저장해요. 모델을 더 잘 가르치고 재는 데 쓰고, "
        "봇을 운영하는 사람이 볼 수 있어요.\n"
        "\n"
        "<b>누구인지</b>\n"
        "사용자 ID는 비밀 키로 만든 해시(HMAC)로만 저장하고, 이름은 저장하지 않아요.\n"
        "\n"
        "<b>얼마 동안</b>\n"
        "{retention}\n"
        "\n"
        "<b>보기와 지우기</b>\n"
        "/mydata{at} – 저장된 내 정보를 모두 파일로 받아요.\n"
        "/forgetme{at} – 모두 지워요. 내가 물어본 글에 다른 사람이 누른 표도 함께 지워져요.\n"
        "아래 버튼으로 동의하거나 동의를 거둘 수 있어요. 거두시면 더 저장하지 않고, 이미 저장된 것도 "
        "가르치는 데 쓰지 않아요."
    ),
    privacy_agreed="✅ {date}에 저장에 동의하셨어요.",
    privacy_declined="🚫 저장하지 않기로 하셨어요.",
    privacy_undecided="아직 저장에 동의하지 않으셨어요.",
    kept_for_good="직접 지우실 때까지 저장해요.",
    kept_for_days=(
        "물어보신 지 {days}일이 지나면 글과 대답, 거기에 달린 표를 모두 지워요. 동의와 언어는 지우실 "
        "때까지 남아요."
    ),
    withdraw_button="🚫 저장하지 마세요",
    only_in_private="이 명령은 저와 단둘이 있을 때만 돼요. @{name}에게 /{command} 명령을 보내 주세요.",
    mydata_caption="저장된 내 정보를 모두 담았어요. 지우시려면 /forgetme 명령을 보내 주세요.",
    forget_question=(
        "저장된 내 정보를 모두 지울까요? 물어보신 글과 제 대답, 표, 고르신 언어와 동의까지 지워져요. "
        "물어보신 글에 다른 사람이 누른 표도 함께 지워지고, 되돌릴 수 없어요. 먼저 받아 보시려면: /mydata"
    ),
    forget_button="🗑 모두 지우기",
    not_forget_button="그대로 두기",
    forgotten="모두 지웠어요. 이제 저는 누구신지 몰라요.",
    forgotten_toast="모두 지웠어요.",
    not_forgotten="아무것도 지우지 않았어요.",
    not_forgotten_toast="그대로 두었어요.",
    one_moment="잠시만요, 앞의 명령에 먼저 대답하고 있어요. 조금 뒤에 다시 보내 주세요.",
    one_moment_toast="잠시만요, 아직 대답하고 있어요.",
    blocked_toast="죄송해요, 여기서는 대답하지 않도록 운영자가 정해 두었어요.",
    private_toast=(
        "저는 정해진 사람과 그룹에만 대답하는 비공개 봇이에요. "
        "쓰고 싶으시면 운영자에게 이 대화방의 번호를 알려 주세요: {id}"
    ),
    user_cooldown="잠깐만 쉬어 갈게요. {wait} 뒤에 다시 물어봐 주세요.",
    chat_cooldown="이 그룹에서는 조금씩 쉬어 가며 대답해요. {wait} 뒤에 다시 물어봐 주세요.",
    user_quota="하루에 물어볼 수 있는 {count}번을 모두 쓰셨어요. {wait} 뒤에 다시 채워져요.",
    chat_quota="이 그룹에서 하루에 물어볼 수 있는 {count}번을 모두 썼어요. {wait} 뒤에 다시 채워져요.",
    seconds="{count}초",
    minutes="{count}분",
    hours="{count}시간",
    busy="지금 물어보는 사람이 많아요. {seconds}초 뒤에 다시 보내 주세요.",
    loading="모델을 불러오고 있어요. {seconds}초 뒤에 다시 보내 주세요.",
    downloading="⏳ 모델을 내려받는 중이에요: {size} 중 {percent}.",
    too_late="제때 답을 드리지 못해 죄송해요. 잠시 뒤에 다시 보내 주세요.",
    empty_text="글자가 없어서 읽을 수 없어요.",
    no_blank="빈칸이 없어요. 맞힐 자리를 [MASK], ___ 또는 (빈칸)으로 써 주세요.",
    not_served="지금 쓰는 모델은 이 일을 이 언어로 하지 못해요.",
    unavailable="모델을 불러오지 못했어요. 이유는 봇의 로그에 있어요. 운영자에게 알려 주세요.",
    unexpected="죄송해요, 문제가 생겨서 대답하지 못했어요. 조금 뒤에 다시 보내 주세요.",
    description=(
        "BERT 모델로 글을 읽는 봇이에요. 빈칸을 맞히고, 문장이 이어지는지, 긍정인지 부정인지, "
        "한 문장에서 다른 문장이 나오는지 알려 주고, 글을 조각으로 나눠요. 한국어와 영어를 읽어요."
    ),
    short_description="글을 읽는 BERT 봇: 빈칸, 다음 문장, 감정, 함의, 토큰",
    admin_report="⚠️ {command}에서 오류가 났어요: <code>{error}</code>\n위치: <code>{place}</code>",
)

EN = Texts(
    language_name="English",
    start="Hello! I am a bot that reads text with a BERT model. I read Korean and English.",
    help=(
        "<b>What I can do</b>\n"
        "/mask{at} – guess the missing word. Write the blank as [MASK], ___ or (빈칸).\n"
        "<code>/mask{at} The capital of France is ___.</code>\n"
        "/nsp{at} – tell whether the second sentence follows the first.\n"
        "<code>/nsp{at} I was hungry. | So I made a sandwich.</code>\n"
        "/sentiment{at} – tell whether a text is positive or negative.\n"
        "<code>/sentiment{at} What a wonderful film!</code>\n"
        "/nli{at} – tell whether the second sentence must be true when the first one is.\n"
        "<code>/nli{at} A child is running in the park. | A child is outside.</code>\n"
        "/tokens{at} – show the pieces the model cuts a text into.\n"
        "<code>/tokens{at} Nice to meet you!</code>\n"
        "/language{at} – change the language. · 언어를 바꿔요.\n"
        "/privacy{at} – see what is stored, and decide whether it may be.\n"
        "/mydata{at}, /forgetme{at} – get what is stored about you, or delete it.\n"
        "\n"
        "Split two sentences with a new line, <code>|</code> or <code>///</code>. "
        "Reply to a message with just the command and I read that message. "
        "Edit your command and I edit my answer. "
        "In our private chat you can send a text without any command.\n"
        "\n"
        "<b>Teaching me</b>\n"
        "The buttons under an answer let you say whether it is right, and if not, what is. "
        "Everyone has one vote on each answer "
        "and can change it or take it back at any time. The votes are used to train better models.\n"
        "\n"
        "<b>What is stored</b>\n"
        "Nothing of what you write, unless you agree to it; then the text you ask about, my answer and your "
        "votes. Your user number is stored only as a keyed hash (HMAC), and your name is not stored at all. "
        "More: /privacy{at}"
    ),
    group_help=(
        "In a group, add my name to the command, like <code>/sentiment{at} I love it</code>\n"
        "With /settings{at} admins choose the group's language and model, who votes, and pauses."
    ),
    greeting=(
        "Hello! I am a bot that reads Korean and English text with a BERT model. "
        "Ask me like this: <code>/sentiment{at} What a wonderful film!</code>\n"
        "I answer only commands meant for me. All of them: /help{at} · for admins: /settings{at}"
    ),
    menu={
        "mask": "Guess the missing word",
        "nsp": "Does one sentence follow another?",
        "sentiment": "Positive or negative?",
        "nli": "Does one sentence imply another?",
        "tokens": "Cut a text into pieces",
        "language": "Change the language",
        "settings": "Settings of the group (admins)",
        "privacy": "What is stored, and your consent",
        "mydata": "Get what is stored about you",
        "forgetme": "Delete what is stored about you",
        "help": "How to use me",
        "start": "Begin",
    },
    usage={
        "mask": "Send a text with a blank, like this:\n<code>/mask{at} The capital of France is ___.</code>",
        "nsp": "Send two sentences, like this:\n<code>/nsp{at} I was hungry. | So I made a sandwich.</code>",
        "sentiment": (
            "Send some text with the command, like this:\n<code>/sentiment{at} What a wonderful film!</code>"
        ),
        "nli": (
            "Send two sentences, like this:\n"
            "<code>/nli{at} A child is running in the park. | A child is outside.</code>"
        ),
        "tokens": "Send a text to cut, like this:\n<code>/tokens{at} Nice to meet you!</code>",
    },
    unknown_command="I do not know that command. All those I know: /help",
    only_text="I can only read text. Send me some, and I will show you what I can do with it.",
    offer="What shall I do with this text?",
    task_button={
        "mask": "✏️ Fill the blank",
        "nsp": "➡️ Does the second follow?",
        "sentiment": "🙂 Positive or negative?",
        "nli": "🔎 Does the first imply the second?",
        "tokens": "🧩 Cut into pieces",
    },
    text_gone_toast="I cannot see your text any more. Please send it again.",
    inline_help_button="Go on typing, and I will read your text",
    inline_blank_button="Write ___ for a missing word, and I will guess it",
    nothing_to_read="There is no text to read.",
    nothing_in_reply="There is no text to read in the message you replied to.",
    one_text_missing="I need two sentences and found one. Split them with a new line, | or ///.",
    labels={
        "sentiment": {"positive": "Positive", "negative": "Negative"},
        "nsp": {"next": "It follows", "not_next": "It does not follow"},
        "nli": {
            "entailment": "True (entailment)",
            "neutral": "Unknown (neutral)",
            "contradiction": "False (contradiction)",
        },
        "tokens": {"right": "Split correctly", "wrong": "Split wrongly"},
    },
    pieces="<b>Pieces: {count}</b>",
    other_pieces="<b>{model}</b> cuts it into {count}.",
    second_note="A · after the number marks the second text.",
    by_model="Model: {model}",
    truncated="✂️ The text is long, so its end was cut.",
    guessed="🤷 The model knows none of these characters, so this is only a guess.",
    more_lines="… and {count} more",
    more_blanks="… and {count} more blanks",
    right_button="✅ Right",
    none_button="✖️ None of these",
    pieces_right_button="✅ Split correctly",
    pieces_wrong_button="✖️ Split wrongly",
    undo_button="↩️ Undo my vote",
    none_toast="none of these",
    counted_toast="Thank you, counted: {label}",
    changed_toast="Vote changed: {label}",
    unchanged_toast="Already counted: {label}",
    undone_toast="Your vote was removed.",
    nothing_to_undo_toast="You have no vote here to take back.",
    only_admins_vote_toast="In this group only admins vote.",
    old_button_toast="This button no longer works. Please send the command again.",
    language_question="Which language should I speak? · 어떤 언어로 말할까요?",
    language_set="I will speak English from now on.",
    language_set_toast="Switched to English.",
    language_of_group=(
        "The admins of this group have chosen English for it. "
        "Choose here which language I speak in our private chat and in other groups. · "
        "다른 곳에서는 어떤 언어로 말할까요?"
    ),
    language_set_elsewhere_toast=(
        "I will remember English. In this group I answer in the language its admins chose, "
        "elsewhere in English."
    ),
    settings=(
        "⚙️ Settings of <b>{title}</b>\n"
        "\n"
        "🌐 Language of my answers: {language}\n"
        "🗳 Who votes: {voters}\n"
        "⏳ Pause between two questions: {pause}\n"
        "🤖 Model: {preset}\n"
        "\n"
        "A button changes it at once. Only admins of the group can."
    ),
    each_own_language="each member's own",
    voters_everybody="everybody",
    voters_admins="admins only",
    no_pause="none",
    default_preset="{name} (default)",
    open_in_private_button="💬 Change it in our private chat",
    setting_changed_toast="The setting is changed.",
    setting_unchanged_toast="It is set like that already.",
    only_admins_toast="Only admins of the group can change its settings. Please ask one of them.",
    not_your_group=(
        "A group's settings are shown only to those who are its admins now, and I have to be in it. "
        "If you are one, send /settings@{name} in the group."
    ),
    settings_in_groups=(
        "Every group has its own settings: send /settings@{name} there, and I show them to its admins. "
        "My language to you is changed in /language, what is stored in /privacy."
    ),
    consent_question=(
        "🗂 <b>May I keep what you ask, my answers and your votes?</b> Better models are trained with "
        "them, and "
        "who you are is kept only as a hash. I answer just the same if not. More: /privacy{at}"
    ),
    consent_toast=(
        "To count your vote I have to keep this text, my answer and your vote. Better models are trained "
        "with "
        "them; who you are is kept only as a hash. If you agree, say so below. More: /privacy"
    ),
    consent_to_vote_toast=(
        "To count your vote I have to keep it, and from then on what you ask me, to train better models; "
        "who you "
        "are only as a hash. If you agree, say so below and vote again. More: /privacy"
    ),
    agree_button="✅ I agree",
    decline_button="No, keep nothing",
    ask_button="🗳 Vote",
    agree_to_vote_button="🗂 I agree: keep my texts and votes",
    agreed_toast=(
        "Thank you! From now on what you ask and your votes are kept. You can change that in /privacy."
    ),
    declined_toast=(
        "All right, nothing more is kept. What has been kept before, you can delete with /forgetme."
    ),
    not_kept_toast="The person who asked has not agreed to have this kept, so there is nothing to vote on.",
    privacy=(
        "<b>Before you agree</b>\n"
        "I answer, but what you write is not stored. So that you can still vote on it, I remember it for "
        "at most "
        "10 minutes, in memory only. Stored are only the language you chose, whether I asked you and what "
        "you "
        "said, and which message answered which command.\n"
        "\n"
        "<b>If you agree</b>\n"
        "What you ask, my answers, your votes and their times are stored as well. Better models are "
        "trained and "
        "measured with them, and the people who run this bot can read them.\n"
        "\n"
        "<b>Who you are</b>\n"
        "Your user number is stored only as a keyed hash (HMAC), and your name is not stored at all.\n"
        "\n"
        "<b>For how long</b>\n"
        "{retention}\n"
        "\n"
        "<b>See it, delete it</b>\n"
        "/mydata{at} – get everything stored about you, as a file.\n"
        "/forgetme{at} – delete all of it, together with the votes of others on what you asked.\n"
        "The buttons below let you agree, or withdraw: then nothing more is stored, and nothing that "
        "already is "
        "serves for training."
    ),
    privacy_agreed="✅ You agreed on {date} that it is stored.",
    privacy_declined="🚫 You have said that nothing is to be stored.",
    privacy_undecided="You have not agreed to have anything stored.",
    kept_for_good="Until you delete it.",
    kept_for_days=(
        "{days} days after you asked, the text, the answer and every vote on it are deleted. Your consent "
        "and "
        "your language stay until you delete them."
    ),
    withdraw_button="🚫 Keep nothing",
    only_in_private="That is between the two of us: send /{command} to @{name} in a private chat.",
    mydata_caption="Everything that is stored about you. To delete it: /forgetme",
    forget_question=(
        "Delete everything that is stored about you? What you asked, my answers, your votes, your "
        "language and "
        "your consent will be gone, and with them the votes of others on what you asked. There is no way "
        "back. "
        "To get a copy first: /mydata"
    ),
    forget_button="🗑 Delete everything",
    not_forget_button="Leave it",
    forgotten="Everything is deleted. I do not know you any more.",
    forgotten_toast="Everything is deleted.",
    not_forgotten="Nothing was deleted.",
    not_forgotten_toast="Nothing was deleted.",
    one_moment="One moment, please: I am still answering earlier commands. Send this again shortly.",
    one_moment_toast="One moment, please: I am still answering.",
    blocked_toast="Sorry, my operator has asked me not to answer here.",
    private_toast=(
        "I am a private bot and answer only the people and groups on a list. "
        "To be added, tell my operator this chat's number: {id}"
    ),
    user_cooldown="A short pause, please: you can ask again in {wait}.",
    chat_cooldown="In this group I pause between two questions. Please ask again in {wait}.",
    user_quota="You have used up your questions for a day ({count}). They are renewed in {wait}.",
    chat_quota="This group has used up its questions for a day ({count}). They are renewed in {wait}.",
    seconds="{count} s",
    minutes="{count} min",
    hours="{count} h",
    busy="Many people are asking right now. Please try again in {seconds} s.",
    loading="The model is still loading. Please try again in {seconds} s.",
    downloading="⏳ The model is being downloaded: {percent} of {size}.",
    too_late="Sorry, I could not answer in time. Please try again in a moment.",
    empty_text="There are no letters in it for me to read.",
    no_blank="There is no blank. Write the missing word as [MASK], ___ or (빈칸).",
    not_served="The current model cannot do this in this language.",
    unavailable="The model could not be loaded. The bot's log says why: please tell the operator.",
    unexpected="Sorry, something went wrong and I could not answer. Please try again in a moment.",
    description=(
        "I read text with a BERT model: I guess missing words, tell whether a sentence follows another, "
        "whether a text is positive or negative and whether one sentence implies another, "
        "and cut text into pieces. I read Korean and English."
    ),
    short_description="A BERT bot that reads text: blanks, next sentence, sentiment, NLI, tokens",
    admin_report="⚠️ {command} failed: <code>{error}</code>\nat <code>{place}</code>",
)

TEXTS: Mapping[Language, Texts] = {"ko": KO, "en": EN}


def language_for(code: str | None) -> Language:
    """Return the language for a Telegram ``language_code`` or a stored choice.

    Args:
        code: An IETF tag such as ``ko`` or ``en-US``; None when Telegram sends none.

    Returns:
        ``ko`` for Korean, ``en`` for everything else.
    """
    return "ko" if (code or "").lower().split("-")[0] == "ko" else "en"
