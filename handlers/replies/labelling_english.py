"""What is said to people who label, in English."""

from __future__ import annotations

from handlers.replies.labelling_wording import LabellingTexts

LABELLING_EN = LabellingTexts(
    skip_button="🤷 Not sure",
    skipped_toast="Noted that you are not sure. It counts for none of the answers.",
    kept_toast=(
        "You labelled this text before you saw my answer, and that label stands: it says more than a vote. "
        "To vote anew, take it back first."
    ),
    closed_toast="This is closed: votes are neither counted nor taken back any more.",
    word_button="✏️ Another word",
    word_prompt="{name}, which word belongs in the blank? Reply to this message with that one word.",
    words_prompt=(
        "{name}, which words belong in the blanks? Reply to this message with a word for each, in order, "
        "or with a number and a word for one of them: <code>2: word</code>"
    ),
    word_placeholder_button="The word for the blank",
    word_prompted_toast="Reply to my message with the word.",
    word_asked_toast="My question is there already, below this answer: reply to it with the word.",
    word_counted="Thank you, counted: <b>{word}</b>",
    word_changed="Vote changed: <b>{word}</b>",
    word_unchanged="Already counted: <b>{word}</b>",
    word_unreadable=(
        "To vote for another word, reply with that word alone: one word of at most {most} letters, "
        "without a blank."
    ),
    words_unreadable=(
        "To vote for other words, reply with a word for each of the {count} blanks, in order, "
        "or with a number and a word: <code>2: word</code>. A word has at most {most} letters and no blank."
    ),
    word_consent=(
        "To count your word I have to keep it, and from then on what you ask me, to train better models; who "
        "you are only as a hash. If you agree, say so with the button under my answer or in "
        "/privacy{at}, and send the word again."
    ),
    only_people_vote=(
        "Everyone has one vote, and I cannot tell who speaks in the name of a group or channel. "
        "Please answer as yourself."
    ),
    question={
        "sentiment": "Is this text positive or negative?",
        "nsp": "Does the second text follow the first?",
        "nli": "If the first text is true, what about the second?",
        "mask": "Which word belongs in the blank?",
    },
    guideline={
        "sentiment": (
            "<b>Positive or negative?</b>\n"
            "Choose how the writer feels about what they write of, not whether the topic is a happy one. "
            "When both are there, choose what weighs more in the end. Irony counts as what is meant. "
            "A text without any feeling: not sure.\n"
            "\n"
            "Example: “The music was fine, but I fell asleep twice.” → Negative"
        ),
        "nsp": (
            "<b>Does it follow?</b>\n"
            "Imagine both texts in one article or talk. If the second could come right after the first, and "
            "goes on with the same matter, it follows. If the topic jumps, it does not. "
            "Whether they are true does not matter.\n"
            "\n"
            "Example: “I missed the bus.” – “So I walked.” → It follows"
        ),
        "nli": (
            "<b>True, false or unknown?</b>\n"
            "Take the first text as true and use nothing else but everyday sense. True: the second must hold "
            "too. False: both cannot hold. Unknown: it may be so or not.\n"
            "\n"
            "Example: “A woman is cooking soup.” – “A woman is in a restaurant.” → Unknown"
        ),
        "mask": (
            "<b>Which word?</b>\n"
            "Write the one word that you would put into the blank, as it would stand there, with its ending "
            "and spelled well. When several fit, take the most usual. Names of people do not help: not "
            "sure.\n"
            "\n"
            "Example: “I drink my ___ with milk.” → coffee"
        ),
    },
    short_guideline_toast={
        "sentiment": (
            "What does the writer feel, however happy the topic? When both are there, what weighs more "
            "in the end? Irony counts as what is meant. Without any feeling: not sure."
        ),
        "nsp": (
            "Could the second text come right after the first, and go on with the same matter? Then it "
            "follows. If the topic jumps, it does not. Whether they are true does not matter."
        ),
        "nli": (
            "Take the first text as true. True: the second must hold too. False: both cannot hold. "
            "Unknown: it may be so or not. Use nothing else but everyday sense."
        ),
    },
    guideline_button="📖 How to decide",
    back_button="⬅️ Back to the text",
    undo_last_button="↩️ Undo the last one",
    stop_button="⏹ Stop",
    more_button="🏷 Ten more",
    item="🏷 <b>{place}/{total}</b> · {question}",
    first_text="First",
    second_text="Second",
    reply_with_word="Reply to this message with the word.",
    labelled_toast="Thank you: {label}",
    relabelled_toast="Changed: {label}",
    same_label_toast="Already labelled: {label}",
    unlabelled_toast="Your label was removed. Here is the text again.",
    unlabelled_gone_toast="Your label was removed. Its text is not there any more.",
    nothing_to_unlabel_toast="That label was removed before.",
    item_gone_toast="That text is not there any more. Send /label for others.",
    batch_done="🎉 Thank you! Labelled: <b>{labelled}</b>, not sure: {skipped}. How you are doing: /mystats",
    nothing_done="All right. Whenever you like to label: /label",
    nobody_asked=(
        "There is no text to label here yet. Texts come when people ask me something and agree that others "
        "may see it. Try again later: /label"
    ),
    nobody_asked_of_task=(
        "For “{task}” there is no text to label here yet. Texts come when people ask me such things and "
        "agree that others may see it. There may be others: /label"
    ),
    nothing_to_label=(
        "There is nothing left for you to label: you know all the texts that I may show. "
        "Thank you! New ones come when people ask me something."
    ),
    nothing_to_label_of_task=(
        "For “{task}” there is nothing left for you to label just now. Others may be: /label"
    ),
    consent_to_label=(
        "To label texts for me I have to keep your labels, and from then on what you ask me too, which "
        "people who label may see without your name; who you are is kept only as a hash. If you agree, say "
        "so here and we begin. More: /privacy"
    ),
    label_consent_toast="To keep your labels I need your consent: see /privacy, then tap again.",
    what_can_be_labelled=(
        "I can give you texts to label for: <code>/label sentiment</code>, <code>/label nsp</code>, "
        "<code>/label nli</code>, <code>/label mask</code>, or whatever is most useful: /label"
    ),
    only_admins_label="Only admins of the group can put a text up for labelling. Please ask one of them.",
    group_usage=(
        "Reply to a message with <code>/label{at} sentiment</code>, or write the text behind it, and the "
        "group labels it. For two texts: <code>/label{at} nli First text. | Second text.</code> or "
        "<code>nsp</code>.\n"
        "To label texts on your own, send /label to me in a private chat."
    ),
    post="🏷 <b>{question}</b>\nEveryone has one vote; what others chose shows only at the end.",
    post_button="🏁 Close and show the result",
    post_consent=(
        "To have a text labelled I have to keep it, with my answer and the votes. You have not agreed "
        "to that "
        "yet: see /privacy{at}, then send this again."
    ),
    only_admins_close_toast="Only admins of the group can close it.",
    post_closed="🏁 <b>{question}</b>",
    post_model="🤖 The model says: {label} {percent}",
    post_unsure="🤷 Not sure: {count}",
    post_nobody="Nobody voted.",
    stats_title="📊 <b>Your votes</b>",
    stats_task="<b>{task}</b>: confirmed {confirmed}, corrected {corrected}, not sure {skipped}",
    stats_blind="… labelled without seeing my answer: {blind}",
    stats_judged="… agree with what is known or agreed on: {right} of {judged}",
    stats_not_judged="… whether they agree with others: not enough yet",
    stats_days="Days on which you voted: {days}",
    stats_none="You have no votes yet. Tap a button under an answer of mine, or label texts: /label",
    trust_right="Right in {right} of {judged:vote|votes} that could be judged.",
    trust_unjudged="None of your votes could be judged: no known label, and no two others who agree.",
    trust_none="You have not voted on this, or only skipped.",
    trust_verdict={
        "new": "That is too little to judge by, so your votes count as anybody's.",
        "trusted": "That is clearly better than guessing, so your votes count.",
        "weighed": "Your votes count as far as they turn out right.",
        "capped": "You have voted so much that a part of your votes is left out.",
        "chance": "That is as good as guessing, so none of your votes counts.",
        "inverted": "That is clearly worse than guessing, so none of your votes counts.",
    },
)
