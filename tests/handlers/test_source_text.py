from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import utf16
from handlers.pairs import Pair, split
from handlers.replies.texts import TEXTS, Language
from tests.handlers.offline import (
    BOT_NAME,
    ENGLISH,
    GROUP,
    KOREAN,
    FakeModel,
    Telegram,
    captioned,
    message_text,
)

ROOT = Path(__file__).parents[2]
CHAT = {"id": ENGLISH, "type": "private", "first_name": "Person"}
OTHER = {"message_id": 3, "date": 1_700_000_000, "chat": CHAT}


def replied(**content: object) -> dict[str, object]:
    return {"reply_to_message": {**OTHER, **content}}


def quoted(text: str) -> dict[str, object]:
    return {"quote": {"text": text, "position": 0, "is_manual": True}}


async def test_arguments_keep_their_line_breaks_and_spaces(telegram: Telegram, model: FakeModel) -> None:
    await telegram.says("/sentiment  first  line\n\nsecond\tline ")
    assert model.asked == [("sentiment", "first  line\n\nsecond\tline", None)]


@pytest.mark.parametrize("command", ["/sentiment", f"/sentiment@{BOT_NAME}", "/SENTIMENT"])
async def test_arguments_follow_the_command_directly_or_on_the_next_line(
    telegram: Telegram, model: FakeModel, command: str
) -> None:
    await telegram.says(f"{command}\n😀 good 😀", chat=GROUP)
    assert model.asked == [("sentiment", "😀 good 😀", None)]


async def test_the_replied_text_is_read(telegram: Telegram, model: FakeModel) -> None:
    await telegram.says("/sentiment", extra=replied(text="from the reply"))
    assert model.asked == [("sentiment", "from the reply", None)]


async def test_the_replied_caption_is_read(telegram: Telegram, model: FakeModel) -> None:
    await telegram.says("/sentiment", extra=replied(caption="under a photo"))
    assert model.asked == [("sentiment", "under a photo", None)]


async def test_a_replied_command_gives_its_arguments(telegram: Telegram, model: FakeModel) -> None:
    await telegram.says("/sentiment", extra=replied(**message_text("/tokens 좋은 날")))
    assert model.asked == [("sentiment", "좋은 날", None)]


async def test_a_command_in_a_replied_caption_gives_its_arguments(
    telegram: Telegram, model: FakeModel
) -> None:
    await telegram.says("/sentiment", extra=replied(**captioned("/tokens 좋은 날")))
    assert model.asked == [("sentiment", "좋은 날", None)]


@pytest.mark.parametrize(("user", "language"), [(KOREAN, "ko"), (ENGLISH, "en")])
@pytest.mark.parametrize("command", ["mask", "nsp"])
async def test_a_reply_to_what_holds_no_text_says_so(
    telegram: Telegram, command: str, user: int, language: Language
) -> None:
    texts, photo = TEXTS[language], {"photo": captioned("")["photo"]}
    answer = await telegram.says(f"/{command}", user=user, extra=replied(**photo))
    assert answer.text == f"{texts.nothing_in_reply}\n{texts.usage[command].format(at='')}"


async def test_the_message_that_opened_a_topic_is_no_reply(telegram: Telegram) -> None:
    topic = replied(forum_topic_created={"name": "films", "icon_color": 7322096})
    answer = await telegram.says("/sentiment", chat=GROUP, extra=topic)
    assert answer.text == TEXTS["en"].usage["sentiment"].format(at=f"@{BOT_NAME}")


async def test_the_quoted_fragment_goes_before_the_whole_reply(telegram: Telegram, model: FakeModel) -> None:
    await telegram.says("/sentiment", extra=replied(text="long and boring") | quoted("boring"))
    assert model.asked == [("sentiment", "boring", None)]


async def test_arguments_go_before_everything(telegram: Telegram, model: FakeModel) -> None:
    await telegram.says("/sentiment mine", extra=replied(text="theirs") | quoted("theirs"))
    assert model.asked == [("sentiment", "mine", None)]


async def test_a_lone_argument_of_a_pair_follows_the_replied_text(
    telegram: Telegram, model: FakeModel
) -> None:
    await telegram.says("/nli A child is outside.", extra=replied(text="A child\nruns."))
    assert model.asked == [("nli", "A child\nruns.", "A child is outside.", None)]


async def test_two_arguments_go_before_the_replied_text(telegram: Telegram, model: FakeModel) -> None:
    await telegram.says("/nsp one | two", extra=replied(text="three"))
    assert model.asked == [("nsp", "one", "two", None)]


async def test_a_replied_pair_is_split(telegram: Telegram, model: FakeModel) -> None:
    await telegram.says("/nsp", extra=replied(text="one\ntwo"))
    assert model.asked == [("nsp", "one", "two", None)]


async def test_tokens_splits_arguments_but_keeps_a_replied_text_whole(
    telegram: Telegram, model: FakeModel
) -> None:
    await telegram.says("/tokens one /// two")
    await telegram.says("/tokens", extra=replied(text="one\ntwo"))
    assert [question[1:3] for question in model.asked] == [("one", "two"), ("one\ntwo", None)]


@pytest.mark.parametrize("user", [KOREAN, ENGLISH])
@pytest.mark.parametrize("command", ["mask", "nsp", "sentiment", "nli", "tokens"])
async def test_without_text_shows_how_to_use_it(
    telegram: Telegram, model: FakeModel, command: str, user: int
) -> None:
    answer = await telegram.says(f"/{command}", user=user)
    assert answer.text == TEXTS["ko" if user == KOREAN else "en"].usage[command].format(at="")
    assert model.asked == []


async def test_usage_in_a_group_has_the_bots_name(telegram: Telegram) -> None:
    assert f"/mask@{BOT_NAME} " in (await telegram.says("/mask", chat=GROUP)).text


@pytest.mark.parametrize("extra", [{}, replied(text="only one")])
async def test_one_sentence_where_two_are_needed(telegram: Telegram, extra: dict[str, object]) -> None:
    text = "/nsp" if extra else "/nsp only one"
    assert (await telegram.says(text, extra=extra)).text.startswith(TEXTS["en"].one_text_missing)


@pytest.mark.parametrize(("user", "language"), [(KOREAN, "ko"), (ENGLISH, "en")])
@pytest.mark.parametrize("extra", [{}, replied(text="an earlier text"), replied(text="one | two | three")])
@pytest.mark.parametrize("command", ["nsp", "nli"])
async def test_three_sentences_where_two_are_needed(
    telegram: Telegram,
    model: FakeModel,
    command: str,
    extra: dict[str, object],
    user: int,
    language: Language,
) -> None:
    text = f"/{command}" if "|" in str(extra) else f"/{command} one | two | three"
    answer = await telegram.says(text, user=user, extra=extra)
    texts = TEXTS[language]
    assert answer.text == f"{texts.too_many_texts.format(count=3)}\n{texts.usage[command].format(at='')}"
    assert model.asked == []


async def test_tokens_keeps_three_parts_whole(telegram: Telegram, model: FakeModel) -> None:
    await telegram.says("/tokens one | two | three")
    assert model.asked == [("tokens", "one | two | three", None, None)]


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("a | b", Pair("a", "b")),
        ("a\nb", Pair("a", "b")),
        ("a\n\n\nb\nc", Pair("a", "b\nc")),
        ("a /// b", Pair("a", "b")),
        ("a | b\nc", Pair("a | b", "c")),
        ("a || b", Pair("a", "b")),
        ("a | b | c", None),
        ("a /// b /// c", None),
        ("a\nb///c | d", Pair("a\nb", "c | d")),
        ("a", None),
        ("a |", None),
        ("///b", None),
        (" \n ", None),
    ],
)
def test_split(text: str, pair: Pair | None) -> None:
    assert split(text) == pair


LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), exclude_characters="|/")
PARTS = st.text(LETTERS, min_size=1)


@given(first=PARTS, second=PARTS, separator=st.sampled_from(["\n", " | ", "|", "///", " /// ", "\n\n"]))
def test_split_finds_what_was_joined(first: str, second: str, separator: str) -> None:
    assert split(first + separator + second) == Pair(first, second)


@given(st.text(), st.text())
def test_after_counts_as_telegram_does(before: str, rest: str) -> None:
    units = len(before.encode("utf-16-le")) // 2
    assert utf16.length(before) == units
    assert utf16.after(before + rest, units) == rest


@given(st.text(), st.integers(1, 50))
def test_clip_keeps_within_the_limit(text: str, units: int) -> None:
    clipped = utf16.clip(text, units)
    assert utf16.length(clipped) <= units
    assert clipped == text or (clipped.endswith("…") and text.startswith(clipped[:-1]))


def test_pairs_are_split_without_telegram() -> None:
    """The command line splits pairs too, and starts faster without Telegram's library."""
    code = "import sys, handlers.pairs; sys.exit('telegram' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
