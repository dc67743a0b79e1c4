"""Every text a user can see, in English."""

from __future__ import annotations

from handlers.replies.labelling_english import LABELLING_EN
from handlers.replies.models_texts import MODELS_EN
from handlers.replies.picture_texts import PICTURE_EN
from handlers.replies.teaching_texts import TEACHING_EN
from handlers.replies.verdict_texts import VERDICT_EN
from handlers.replies.wording import Texts

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
        "/label{at}, /mystats{at} – label texts for me, and see how you are doing.\n"
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
        "For /mask{at}, tap “Another word” and reply with a better one. Everyone has one vote on each answer "
        "and can change it or take it back at any time. The votes are kept to train better models.\n"
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
    operators_help=(
        "<b>For you, who run me: in this chat alone</b>\n"
        "/train – teach a model from the votes.\n"
        "/models – see the trained models, promote one or roll back.\n"
        "/stats – see figures of the votes and the teaching.\n"
        "/export – get all feedback as a file."
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
        "label": "Label texts for the next model",
        "mystats": "How you have voted so far",
        "language": "Change the language",
        "settings": "Settings of the group (admins)",
        "privacy": "What is stored, and your consent",
        "mydata": "Get what is stored about you",
        "forgetme": "Delete what is stored about you",
        "models": "Trained models: promote, roll back",
        "train": "Teach a model from votes",
        "stats": "Figures of votes and teaching",
        "export": "Get all feedback as a file",
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
    says_more="/{command}{at} takes no words behind it. Please send it alone.",
    only_text="I can only read text. Send me some, and I will show you what I can do with it.",
    offer="What shall I do with this text?",
    task_name={
        "mask": "Blanks",
        "nsp": "Next sentence",
        "sentiment": "Sentiment",
        "nli": "Inference",
        "tokens": "Pieces",
    },
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
    inline_notice_button="I cannot answer this now",
    nothing_to_read="There is no text to read.",
    nothing_in_reply="There is no text to read in the message you replied to.",
    one_text_missing="I need two sentences and found one. Split them with a new line, | or ///.",
    too_many_texts="I compare two sentences and found {count}. Send me just the two, split by one sign.",
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
    pieces="<b>Pieces: {count}</b>, marks such as [CLS] not counted",
    other_pieces="For comparison, the tokenizer of <b>{model}</b> cuts it into {count}:",
    second_note="A · after the number marks the second text.",
    by_model="Model: {model}",
    tokenizer_version="tokenizer version {version}",
    truncated="✂️ The text is long, so its end was cut.",
    guessed="🤷 The model knows nothing in this text, so this is only a guess.",
    more_lines="… and {count} more",
    more_blanks="… and {count:more blank|more blanks}",
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
    not_by_preset="ℹ️ {preset} does not answer: {tasks}. Another model does, and the answer names it.",
    task_in={"ko": "{task} in Korean", "en": "{task} in English"},
    open_in_private_button="💬 Change it in our private chat",
    setting_changed_toast="The setting is changed.",
    setting_unchanged_toast="Already set that way.",
    only_admins_toast="Only admins of the group can change its settings. Please ask one of them.",
    not_your_group=(
        "A group's settings are shown only to those who are its admins now, and I have to be in it. "
        "If you are one, send /settings@{name} in the group."
    ),
    settings_in_groups=(
        "Every group has its own settings: send /settings@{name} there, and I show them to its admins. "
        "Change my language with /language, and what I store with /privacy."
    ),
    consent_question=(
        "🗂 <b>May I keep what you ask, my answers and your votes?</b> Better models are trained with "
        "them. People who help with /label may see your texts, not who you are, which is kept only as a "
        "hash. I answer just the same if not. More: /privacy{at}"
    ),
    consent_toast=(
        "To count it I have to keep this text, my answer and your vote, to train better models. People who "
        "label may see the text, not who you are (kept as a hash). If you agree, say so below. /privacy"
    ),
    consent_to_vote_toast=(
        "To count it I have to keep it, and what you ask from then on, to train models. People who label may "
        "see the texts, not who you are (kept as a hash). If you agree, say so below, then vote. /privacy"
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
        "you said, and which message answered which command; and of those who run this bot, which trainings "
        "and changes of model they asked for, until they delete that.\n"
        "\n"
        "<b>If you agree</b>\n"
        "What you ask, my answers, your votes and their times are stored as well. Better models are "
        "trained and measured with them, and the people who run this bot can read them. People who help by "
        "labelling may be shown the texts you ask about, without who asked and without when.\n"
        "Somebody who agreed may ask about a message of yours: then its text is stored as their question, "
        "without who wrote it, and is deleted with what is theirs.\n"
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
        "already is serves for training or is shown to people who label."
    ),
    privacy_agreed="✅ You agreed on {date} that it is stored.",
    privacy_declined="🚫 You have said that nothing is to be stored.",
    privacy_undecided="You have not agreed to have anything stored.",
    kept_for_good="Until you delete it.",
    kept_for_days=(
        "{days:day|days} after you asked, the text, the answer and every vote on it are deleted. Your "
        "consent and your language stay until you delete them."
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
    preset_unavailable=(
        "The model “{preset}”, which was chosen for this group, could not be loaded, so I did not answer. "
        "Its admins can choose another with /settings{at}. The bot's log says why it failed."
    ),
    unexpected="Sorry, something went wrong and I could not answer. Please try again in a moment.",
    description=(
        "I read text with a BERT model: I guess missing words, tell whether a sentence follows another, "
        "whether a text is positive or negative and whether one sentence implies another, "
        "and cut text into pieces. I read Korean and English."
    ),
    short_description="A BERT bot that reads text: blanks, next sentence, sentiment, inference, pieces",
    admin_report="⚠️ {command} failed: <code>{error}</code>\nat <code>{place}</code>",
    labelling=LABELLING_EN,
    models=MODELS_EN,
    teaching=TEACHING_EN,
    verdict=VERDICT_EN,
    picture=PICTURE_EN,
)
