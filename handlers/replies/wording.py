"""What a user can be told, as one form that each language fills in.

A field that one language lacks is a type error; a test compares the placeholders. Texts are Telegram HTML,
except those that end in ``_toast``, ``_button`` or ``_menu``, which are plain. A placeholder with two
words in it is a number with its noun: :class:`handlers.replies.counts.Count`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from handlers.replies.labelling_wording import LabellingTexts
from handlers.replies.models_texts import ModelsTexts
from handlers.replies.picture_texts import PictureTexts
from handlers.replies.teaching_texts import TeachingTexts
from handlers.replies.verdict_texts import VerdictTexts

Language = Literal["ko", "en"]

LANGUAGES: tuple[Language, ...] = ("ko", "en")


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language.

    Attributes:
        labels: Class names by task, then by the model's label.
        usage: Per command, how to use it, with an example; ``{at}`` is ``@BotName`` in groups, else empty.
        menu: Per command, its line in Telegram's command menu.
        task_name: Per task, what it is called wherever it is named.
        task_button: Per task, what a text without a command is offered.
        labelling: What is said to people who label.
        models: What is said of trained models, to those who run the bot.
        teaching: What is said of trainings, statistics and exports, to the same.
        verdict: What is said of a candidate model, line by line.
        picture: What stands in the picture of /stats.
    """

    language_name: str
    start: str
    help: str
    group_help: str
    operators_help: str
    greeting: str
    menu: Mapping[str, str]
    usage: Mapping[str, str]
    unknown_command: str
    says_more: str
    only_text: str
    offer: str
    task_name: Mapping[str, str]
    task_button: Mapping[str, str]
    text_gone_toast: str
    inline_help_button: str
    inline_blank_button: str
    inline_notice_button: str
    nothing_to_read: str
    nothing_in_reply: str
    one_text_missing: str
    too_many_texts: str
    labels: Mapping[str, Mapping[str, str]]
    pieces: str
    other_pieces: str
    second_note: str
    by_model: str
    tokenizer_version: str
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
    not_by_preset: str
    task_in: Mapping[str, str]
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
    preset_unavailable: str
    unexpected: str
    description: str
    short_description: str
    admin_report: str
    labelling: LabellingTexts
    models: ModelsTexts
    teaching: TeachingTexts
    verdict: VerdictTexts
    picture: PictureTexts
