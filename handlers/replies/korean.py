"""Every text a user can see, in Korean."""

from __future__ import annotations

from handlers.replies.labelling_korean import LABELLING_KO
from handlers.replies.models_texts import MODELS_KO
from handlers.replies.picture_texts import PICTURE_KO
from handlers.replies.teaching_texts import TEACHING_KO
from handlers.replies.verdict_texts import VERDICT_KO
from handlers.replies.wording import Texts

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
        "/label{at}, /mystats{at} – 글을 골라 저를 가르치고, 내 기록을 봐요.\n"
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
        "/mask{at} 대답에는 '다른 말' 버튼을 누르고 더 나은 말을 답장으로 보내셔도 돼요. "
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
        "관리자는 /settings{at} 명령으로 이 그룹의 언어와 모델, 투표할 사람, 질문 간격을 정할 수 있어요."
    ),
    operators_help=(
        "<b>운영자님이 이 대화에서만 쓰실 수 있는 명령</b>\n"
        "/train – 모인 표로 모델을 가르쳐요.\n"
        "/models – 배운 모델을 보고, 바꾸거나 되돌려요.\n"
        "/stats – 표와 가르치기가 어떻게 되어 가는지 봐요.\n"
        "/export – 모인 피드백을 파일로 받아요."
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
        "label": "다음 모델을 위해 글 골라 주기",
        "mystats": "내 표 기록 보기",
        "language": "언어 바꾸기",
        "settings": "그룹 설정 (관리자)",
        "privacy": "저장하는 것과 내 동의",
        "mydata": "저장된 내 정보 받기",
        "forgetme": "저장된 내 정보 지우기",
        "models": "배운 모델 보기, 바꾸기, 되돌리기",
        "train": "투표로 모델 가르치기",
        "stats": "투표와 학습 통계 보기",
        "export": "모든 피드백을 파일로 받기",
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
    says_more="/{command}{at} 뒤에는 아무것도 쓰지 않아요. 명령만 보내 주세요.",
    only_text="저는 글만 읽을 수 있어요. 글을 보내 주시면 무엇을 할 수 있는지 보여 드릴게요.",
    offer="이 글로 무엇을 해 볼까요?",
    task_name={
        "mask": "빈칸",
        "nsp": "다음 문장",
        "sentiment": "감정",
        "nli": "추론",
        "tokens": "조각",
    },
    task_button={
        "mask": "✏️ 빈칸 채우기",
        "nsp": "➡️ 이어지는 문장인지 보기",
        "sentiment": "🙂 긍정인지 부정인지 보기",
        "nli": "🔎 앞 문장이 맞으면 뒤 문장도 맞는지 보기",
        "tokens": "🧩 조각으로 나누기",
    },
    text_gone_toast="보내신 글이 이제 보이지 않아요. 글을 다시 보내 주세요.",
    inline_help_button="이어서 글을 쓰시면 제가 읽어 볼게요",
    inline_blank_button="빈칸을 채우려면 맞힐 자리를 ___로 써 주세요",
    inline_notice_button="지금은 대답할 수 없어요",
    nothing_to_read="읽을 글이 없어요.",
    nothing_in_reply="답장하신 메시지에는 읽을 글이 없어요.",
    one_text_missing="두 문장이 필요한데 하나만 있어요. 줄을 바꾸거나 | 또는 ///로 나눠 주세요.",
    too_many_texts="두 문장을 비교하는데 {count}개가 있어요. 두 문장만 기호 하나로 나눠서 보내 주세요.",
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
    pieces="<b>조각 {count}개</b> ([CLS] 같은 표시는 빼고 셌어요)",
    other_pieces="견주어 보면 <b>{model}</b> 모델의 토크나이저는 {count}개로 나눠요:",
    second_note="번호 뒤의 ·는 두 번째 글이라는 뜻이에요.",
    by_model="모델: {model}",
    tokenizer_version="토크나이저 버전 {version}",
    truncated="✂️ 글이 길어서 끝부분은 읽지 못했어요.",
    guessed="🤷 모델이 이 글에서 아는 것이 하나도 없어서 어림짐작한 답이에요.",
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
        "⏳ 질문 간격: {pause}\n"
        "🤖 모델: {preset}\n"
        "\n"
        "버튼을 누르면 바로 바뀌어요. 그룹 관리자만 바꿀 수 있어요."
    ),
    each_own_language="각자 고른 언어",
    voters_everybody="모두",
    voters_admins="관리자만",
    no_pause="없음",
    default_preset="{name} (기본)",
    not_by_preset=(
        "ℹ️ {preset} 모델이 하지 않는 것: {tasks}. 이런 질문에는 다른 모델이 대답하고, 그 이름은 답에 적혀 "
        "있어요."
    ),
    task_in={"ko": "한국어 {task}", "en": "영어 {task}"},
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
        "제가 말하는 언어는 /language 명령으로, 저장 여부는 /privacy 명령으로 바꿀 수 있어요."
    ),
    consent_question=(
        "🗂 <b>물어보신 글과 제 대답, 표를 저장해도 될까요?</b> 모델을 더 잘 가르치는 데 쓰고, /label "
        "명령으로 돕는 다른 분들이 누가 썼는지 모르는 채로 글을 볼 수 있어요. 누구인지는 해시로만 남겨요. "
        "동의하지 않으셔도 대답은 똑같이 해요. 자세한 내용: /privacy{at}"
    ),
    consent_toast=(
        "표를 세려면 이 글과 제 대답, 표를 저장해야 해요. 모델을 더 잘 가르치는 데 쓰고, 돕는 분들이 "
        "글을 볼 수 "
        "있지만 누구인지는 해시로만 남겨요. 괜찮으시면 아래에서 동의해 주세요. 자세한 내용은 /privacy"
    ),
    consent_to_vote_toast=(
        "표를 세려면 저장해야 해요. 앞으로 물어보시는 글도 저장해 모델을 가르치는 데 쓰고, 돕는 분들이 "
        "글을 볼 수 "
        "있지만 누구인지는 해시로만 남겨요. 괜찮으시면 아래에서 동의하고 다시 투표해 주세요. 자세한 "
        "내용은 /privacy"
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
        "대답인지뿐이에요. 봇을 운영하는 분이라면 시키신 가르치기와 바꾸신 모델도 지우실 때까지 저장해요.\n"
        "\n"
        "<b>동의하시면</b>\n"
        "물어보신 글과 제 대답, 표와 그 시각도 저장해요. 모델을 더 잘 가르치고 재는 데 쓰고, "
        "봇을 운영하는 사람이 볼 수 있어요. 가르치기를 돕는 다른 분들도 물어보신 글을 볼 수 있지만, "
        "누가 언제 "
        "물었는지는 보이지 않아요.\n"
        "동의한 다른 분이 내가 쓴 메시지에 대해 물어보시면, 그 글은 누가 썼는지 없이 그분이 물어본 글로 "
        "저장되고 그분의 것과 함께 지워져요.\n"
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
        "가르치는 데 쓰거나 다른 분들께 보여 드리지 않아요."
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
    preset_unavailable=(
        "이 그룹에서 고른 ‘{preset}’ 모델을 불러오지 못해서 대답하지 못했어요. 관리자가 /settings{at}에서 "
        "다른 모델을 고를 수 있어요. 불러오지 못한 이유는 봇의 로그에 있어요."
    ),
    unexpected="죄송해요, 문제가 생겨서 대답하지 못했어요. 조금 뒤에 다시 보내 주세요.",
    description=(
        "BERT 모델로 글을 읽는 봇이에요. 빈칸을 맞히고, 문장이 이어지는지, 긍정인지 부정인지, "
        "한 문장에서 다른 문장이 나오는지 알려 주고, 글을 조각으로 나눠요. 한국어와 영어를 읽어요."
    ),
    short_description="글을 읽는 BERT 봇: 빈칸, 다음 문장, 감정, 추론, 조각",
    admin_report="⚠️ {command}에서 오류가 났어요: <code>{error}</code>\n위치: <code>{place}</code>",
    labelling=LABELLING_KO,
    models=MODELS_KO,
    teaching=TEACHING_KO,
    verdict=VERDICT_KO,
    picture=PICTURE_KO,
)
