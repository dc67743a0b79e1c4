"""What is said to people who label, as one form for each language to fill in; the rules are ``wording``'s."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabellingTexts:
    """The texts of one language.

    Attributes:
        question: Per task, what is asked of a text that is shown without an answer.
        guideline: Per task, how to decide, with an example.
        trust_verdict: What is known of a voter, by the verdict that is kept.
        short_guideline_toast: Per task that groups label, how to decide, as short as an alert must be.
    """

    skip_button: str
    skipped_toast: str
    kept_toast: str
    closed_toast: str
    word_button: str
    word_prompt: str
    words_prompt: str
    word_placeholder_button: str
    word_prompted_toast: str
    word_asked_toast: str
    word_counted: str
    word_changed: str
    word_unchanged: str
    word_unreadable: str
    words_unreadable: str
    word_consent: str
    only_people_vote: str
    question: Mapping[str, str]
    guideline: Mapping[str, str]
    short_guideline_toast: Mapping[str, str]
    guideline_button: str
    back_button: str
    undo_last_button: str
    stop_button: str
    more_button: str
    item: str
    first_text: str
    second_text: str
    reply_with_word: str
    labelled_toast: str
    relabelled_toast: str
    same_label_toast: str
    unlabelled_toast: str
    unlabelled_gone_toast: str
    nothing_to_unlabel_toast: str
    item_gone_toast: str
    batch_done: str
    nothing_done: str
    nobody_asked: str
    nobody_asked_of_task: str
    nothing_to_label: str
    nothing_to_label_of_task: str
    consent_to_label: str
    label_consent_toast: str
    what_can_be_labelled: str
    only_admins_label: str
    group_usage: str
    post: str
    post_button: str
    post_consent: str
    only_admins_close_toast: str
    post_closed: str
    post_model: str
    post_unsure: str
    post_nobody: str
    stats_title: str
    stats_task: str
    stats_blind: str
    stats_judged: str
    stats_not_judged: str
    stats_days: str
    stats_none: str
    trust_right: str
    trust_unjudged: str
    trust_none: str
    trust_verdict: Mapping[str, str]
