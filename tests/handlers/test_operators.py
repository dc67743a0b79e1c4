"""What only those may do who run the bot: /train, /stats and /export."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import NoReturn

import pytest
from telegram import Update

from handlers import export as exporting
from handlers import waiting
from handlers.access import Access, Lists
from handlers.callback_data import encode
from handlers.menus import GROUP, GROUP_ADMINS, PRIVATE, PRIVATE_OF_OPERATORS
from handlers.replies.counts import Count
from handlers.replies.teaching_texts import TeachingTexts
from handlers.replies.texts import TEXTS, Language, Texts
from handlers.taps import TrainStep, TrainTap
from models.results import Task
from storage.agreed import ImportedText
from storage.checkpoint_values import NewCheckpoint
from storage.runs import RunState
from storage.store import NewPrediction, StorageError, Store
from tests.handlers.conftest import agree
from tests.handlers.offline import ENGLISH, KOREAN, NEWCOMER, Telegram
from tests.handlers.offline import GROUP as A_GROUP
from tests.png import size
from training.feedback.deciding import decide
from training.feedback.parts import part_of

EN, KO = TEXTS["en"].teaching, TEXTS["ko"].teaching
COMMANDS = ("train", "stats", "export")


@pytest.fixture
def access() -> Access:
    return Access(Lists(admins=frozenset({ENGLISH, KOREAN})))


async def vote(store: Store, text: str = "이 라면 미쳤다", *people: int, choice: int = 1) -> int:
    asked = await store.add_prediction(
        NewPrediction(
            task="sentiment",
            text_a=text,
            text_b=None,
            model="builtin",
            label="negative",
            probabilities={"negative": 0.6, "positive": 0.4},
            options=(("negative", "positive"),),
        ),
        chat_id=KOREAN,
        asker_id=KOREAN,
    )
    for person in people or (KOREAN, ENGLISH):
        await store.vote(asked, person, 0, choice, chat_id=KOREAN)
    return asked


async def vote_both_ways(store: Store) -> None:
    for number in range(6):  # four to learn from, one each to choose by and to measure on
        await vote(store, f"라면 {number}", choice=number % 2)


async def taint(store: Store, *, tainted: bool) -> None:
    async with store._database.write() as connection:
        await connection.exec_driver_sql(f"UPDATE checkpoints SET tainted = {tainted}")


@pytest.mark.parametrize("command", COMMANDS)
async def test_who_does_not_run_the_bot_is_told_so_and_nothing_is_sent(
    telegram: Telegram, store: Store, command: str
) -> None:
    await vote(store)
    assert (await telegram.says(f"/{command}", user=NEWCOMER)).text == EN.operators_only
    assert not [call for call in telegram.request.calls if call.method in {"sendDocument", "sendPhoto"}]
    assert await store.runs.unfinished() == ()


async def test_who_does_not_run_the_bot_is_told_so_once_in_a_group_and_each_time_in_private(
    telegram: Telegram,
) -> None:
    for chat in (A_GROUP, A_GROUP - 1):
        for command in (*COMMANDS, "models"):
            again = telegram.message(f"/{command}", user=NEWCOMER, chat=chat)
            await telegram.application.process_update(again)
    assert [call.data["chat_id"] for call in telegram.answers] == [A_GROUP, A_GROUP - 1]
    assert {call.text for call in telegram.answers} == {EN.operators_only}
    for _ in range(2):
        await telegram.says("/train", user=NEWCOMER)
    assert len(telegram.answers) == 4


@pytest.mark.parametrize("command", COMMANDS)
async def test_in_a_group_they_are_sent_to_their_private_chat(
    telegram: Telegram, store: Store, command: str
) -> None:
    await vote(store)
    answer = await telegram.says(f"/{command}", user=ENGLISH, chat=A_GROUP)
    assert f"/{command}" in answer.text
    assert "private chat" in answer.text
    assert not [call for call in telegram.request.calls if call.method in {"sendDocument", "sendPhoto"}]


@pytest.mark.parametrize(("person", "texts"), [(ENGLISH, TEXTS["en"]), (KOREAN, TEXTS["ko"])])
@pytest.mark.parametrize(
    "command", ["models", "stats", "export", "mystats", "mydata", "forgetme", "privacy", "language"]
)
async def test_words_behind_a_command_that_takes_none_are_answered(
    telegram: Telegram, store: Store, person: int, texts: Texts, command: str
) -> None:
    await vote(store)
    said = await telegram.says(f"/{command} foo <bar>", user=person)
    assert said.text == texts.says_more.format(command=command, at="")
    assert "reply_markup" not in said.data
    assert len(telegram.answers) == 1
    assert not [call for call in telegram.request.calls if call.method in {"sendDocument", "sendPhoto"}]


async def test_words_behind_a_groups_settings_are_answered_to_its_admins(telegram: Telegram) -> None:
    telegram.request.admins.add(ENGLISH)
    said = await telegram.says("/settings on", chat=A_GROUP)
    assert said.text == TEXTS["en"].says_more.format(command="settings", at="@KobertBot")
    refused = await telegram.says("/settings on", chat=A_GROUP, user=NEWCOMER)
    assert refused.text == TEXTS["en"].only_admins_toast


@pytest.mark.parametrize(("person", "language"), [(ENGLISH, "en"), (KOREAN, "ko")])
async def test_help_names_their_commands_to_them_alone_and_in_private(
    telegram: Telegram, person: int, language: Language
) -> None:
    told = TEXTS[language].operators_help
    assert all(f"/{command} – " in told for command in (*COMMANDS, "models"))
    for command in ("/help", "/start"):
        assert (await telegram.says(command, user=person)).text.endswith(told)
    for said in (
        await telegram.says("/help", user=NEWCOMER),
        await telegram.says("/help", user=person, chat=A_GROUP),
    ):
        assert "/train" not in said.text


def test_they_are_in_the_menu_of_those_alone() -> None:
    assert set(COMMANDS) <= set(PRIVATE_OF_OPERATORS)
    for menu in (PRIVATE, GROUP, GROUP_ADMINS):
        assert not set(COMMANDS) & set(menu)


@pytest.mark.parametrize(("person", "language"), [(ENGLISH, "en"), (KOREAN, "ko")])
async def test_a_training_is_offered_started_shown_and_cancelled(
    telegram: Telegram, store: Store, person: int, language: Language
) -> None:
    texts = TEXTS[language].teaching
    await vote_both_ways(store)
    offered = await telegram.says("/train sentiment", user=person)
    assert texts.start_question in offered.text
    assert texts.few_voters.format(missing=Count(5), least=Count(5)) in offered.text
    on = 1001
    toast = await telegram.taps(offered.button(texts.start_button), user=person, on=on)
    assert toast.text == texts.asked_toast
    [run] = await store.runs.shown()
    assert (run.task, run.state, run.message_id) == ("sentiment", RunState.QUEUED, on)
    assert store.runs.chat_of(run, [person]) == person
    assert texts.phases["queued"] in telegram.answers[-1].text

    again = await telegram.taps(offered.button(texts.start_button), user=person, on=on)
    assert again.text == texts.runs_already_toast
    colleague, their = KOREAN + ENGLISH - person, TEXTS["en" if language == "ko" else "ko"]
    elsewhere, there = (
        each.teaching.shown_elsewhere.format(task=each.task_name["sentiment"])
        for each in (TEXTS[language], their)
    )
    for asker, where in ((person, texts.shown_below), (colleague, elsewhere), (person, there)):
        [before] = await store.runs.shown()
        left = await telegram.says("/train sentiment", user=asker)
        assert left.text.endswith(where)
        assert left.data["message_id"] == before.message_id
        assert store.runs.chat_of(before, [left.data["chat_id"]])
        assert "reply_markup" not in left.data
    shown = telegram.answers[-2]
    assert (shown.method, shown.data["chat_id"]) == ("sendMessage", person)
    assert texts.phases["queued"] in shown.text
    toast = await telegram.taps(shown.button(texts.cancel_button), user=person, on=on)
    assert toast.text == texts.cancelling_toast
    assert texts.cancelled in telegram.answers[-1].text
    assert (await store.runs.get(run.id)).state is RunState.CANCELLED
    late = await telegram.taps(shown.button(texts.cancel_button), user=person, on=on)
    assert late.text == texts.ended_toast


@pytest.mark.parametrize(("person", "language"), [(ENGLISH, "en"), (KOREAN, "ko")])
async def test_the_offer_counts_the_people_that_the_gate_will_count(
    telegram: Telegram, store: Store, person: int, language: Language
) -> None:
    texts = TEXTS[language].teaching
    people = (KOREAN, ENGLISH, 501, 502, 503)
    await agree(store, *people)
    for number in range(9):
        await vote(store, f"라면 {number}", *people, choice=number % 2)

    async def offered() -> str:
        return (await telegram.says("/train sentiment", user=person)).text

    too_few = await offered()
    assert texts.few_voters.format(missing=Count(5), least=Count(5)) in too_few, "nine votes prove nobody"
    await vote(store, "라면 9", *people[:4])
    assert texts.few_voters.format(missing=Count(1), least=Count(5)) in await offered()
    await vote(store, "라면 10", *people)
    enough = await offered()
    assert texts.few_voters.partition("{")[0] not in enough
    assert texts.start_question in enough


@pytest.mark.parametrize(("person", "language"), [(ENGLISH, "en"), (KOREAN, "ko")])
async def test_the_offer_counts_nobody_whom_it_would_not_learn_from_and_tells_of_one_who_votes_too_much(
    telegram: Telegram, store: Store, person: int, language: Language
) -> None:
    texts, people = TEXTS[language].teaching, (KOREAN, ENGLISH, 501, 502, 503)
    await agree(store, *people)
    candidates = [f"라면 {number}" for number in range(400)]
    held_out = [text for text in candidates if part_of(text) == "heldout"][:10]
    learnt = [text for text in candidates if part_of(text) == "train"][:5]
    for number, text in enumerate(held_out):
        await vote(store, text, *people, choice=number % 2)
    for number, text in enumerate(learnt[:5]):
        await vote(store, text, KOREAN, choice=number % 2)
    offered = await telegram.says("/train sentiment", user=person)
    assert texts.few_voters.format(missing=Count(4), least=Count(5)) in offered.text
    assert texts.busy_voter.format(share="100.0%", cap="30%") in offered.text
    assert texts.start_question in offered.text
    for number, text in enumerate(learnt):
        await vote(store, text, *people, choice=number % 2)
    offered = await telegram.says("/train sentiment", user=person)
    for wanting in (texts.few_voters, texts.busy_voter):
        assert wanting.partition("{")[0] not in offered.text


@pytest.mark.parametrize("apart", [{"sentiment": {"sentiment.ko": "./<ko>", "sentiment.en": "./en"}}])
@pytest.mark.parametrize(("person", "texts"), [(ENGLISH, TEXTS["en"]), (KOREAN, TEXTS["ko"])])
async def test_where_each_language_has_a_model_of_its_own_no_training_is_offered_or_started(
    telegram: Telegram, store: Store, person: int, texts: Texts
) -> None:
    await vote_both_ways(store)
    said = await telegram.says("/train sentiment", user=person)
    assert said.text == texts.teaching.apart.format(
        task=texts.task_name["sentiment"],
        lines="<code>sentiment.ko = ./&lt;ko&gt;</code>\n<code>sentiment.en = ./en</code>",
        line="<code>sentiment.any</code>",
    )
    assert "reply_markup" not in said.data
    await telegram.taps(encode(TrainTap(TrainStep.START, Task.SENTIMENT)), user=person, on=1001)
    assert telegram.answers[-1].text == said.text
    assert await store.runs.unfinished() == ()
    assert texts.teaching.nothing_yet in (await telegram.says("/train nli", user=person)).text


@pytest.mark.parametrize("apart", [{"sentiment": {"sentiment.ko": "./ko", "sentiment.en": "./en"}}])
@pytest.mark.parametrize(("person", "texts"), [(ENGLISH, TEXTS["en"]), (KOREAN, TEXTS["ko"])])
async def test_where_a_trained_model_answers_in_every_language_a_training_is_offered_and_started(
    telegram: Telegram, store: Store, person: int, texts: Texts
) -> None:
    await vote_both_ways(store)
    await store.checkpoints.add(NewCheckpoint("sentiment", "trained", "/nowhere", "v", "builtin"))
    await store.checkpoints.promote(
        "sentiment", "trained", actor="x", reason="y", seen=None, preset="builtin", force=True
    )
    offered = await telegram.says("/train sentiment", user=person)
    assert texts.teaching.start_question in offered.text
    await taint(store, tainted=True)
    start = encode(TrainTap(TrainStep.START, Task.SENTIMENT))
    await telegram.taps(start, user=person, on=1001)
    assert "sentiment.ko = ./ko" in telegram.answers[-1].text, "it has to go, and then the preset's answer"
    assert await store.runs.unfinished() == ()
    await taint(store, tainted=False)
    await telegram.taps(start, user=person, on=1001)
    [run] = await store.runs.unfinished()
    assert run.task == "sentiment"


async def test_without_a_task_it_is_asked_which_and_another_word_is_answered_kindly(
    telegram: Telegram, store: Store
) -> None:
    await vote_both_ways(store)
    which = await telegram.says("/train")
    assert which.text == EN.which_task
    await telegram.taps(which.button("Sentiment"))
    assert EN.start_question in telegram.answers[-1].text
    wrong = await telegram.says("/train <b>mask")
    assert "&lt;b&gt;mask" in wrong.text
    assert "<code>/train Inference</code>" in wrong.text
    assert len(wrong.buttons) == 3


@pytest.mark.parametrize(("person", "language"), [(ENGLISH, "en"), (KOREAN, "ko")])
async def test_without_a_label_that_voters_agree_on_no_training_is_offered(
    telegram: Telegram, store: Store, person: int, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_: object) -> bool:
        """As a pass that could not run."""
        return False

    monkeypatch.setattr(type(telegram.application.context_types.context.services.teacher), "agree", fails)
    await vote_both_ways(store)
    offered = await telegram.says("/train sentiment", user=person)
    texts = TEXTS[language].teaching
    assert offered.text.endswith(f"{texts.no_agreed}\n\n{texts.not_agreed}")
    assert "reply_markup" not in offered.data


async def when_told(telegram: Telegram, asks: Update, go_on: Callable[[], None]) -> None:
    """Let the bot say that it finds out what voters agree on, and then go on with it."""
    asking = asyncio.get_running_loop().create_task(telegram.application.process_update(asks))
    async with asyncio.timeout(20):
        while not telegram.answers:  # noqa: ASYNC110  # the request only records
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)  # until that was answered
    assert not asking.done()
    go_on()
    await asking


@pytest.fixture
def agreed(telegram: Telegram, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Until it is set, what voters agree on is being found out; then that fails."""
    agreed = asyncio.Event()

    async def slowly(_: object) -> bool:
        await agreed.wait()
        return False

    monkeypatch.setattr(type(telegram.application.context_types.context.services.teacher), "agree", slowly)
    monkeypatch.setattr(waiting, "_TOLD_AFTER", 0.01)
    return agreed


def asks(telegram: Telegram, person: int, *, tapped: bool) -> Update:
    data = encode(TrainTap(TrainStep.SHOW, Task.SENTIMENT))
    said = telegram.message("/train sentiment", user=person)
    return telegram.tap(data, user=person) if tapped else said


@pytest.mark.parametrize(("person", "language"), [(ENGLISH, "en"), (KOREAN, "ko")])
@pytest.mark.parametrize("tapped", [False, True])
async def test_that_the_voters_are_being_agreed_on_is_told_and_becomes_the_offer(
    telegram: Telegram, store: Store, person: int, language: Language, tapped: bool, agreed: asyncio.Event
) -> None:
    texts = TEXTS[language].teaching
    await vote_both_ways(store)
    await decide(store, "sentiment")
    await when_told(telegram, asks(telegram, person, tapped=tapped), agreed.set)
    told, offered = telegram.answers
    assert told.text == texts.agreeing.format(task=TEXTS[language].task_name[Task.SENTIMENT])
    assert (told.method, offered.method) == (
        "editMessageText" if tapped else "sendMessage",
        "editMessageText",
    )
    assert offered.data["message_id"] == 1001
    assert offered.text.endswith(f"{texts.start_question}\n\n{texts.not_agreed}")
    assert offered.button(texts.start_button)
    assert not telegram.deletions


@pytest.mark.parametrize(("person", "texts"), [(ENGLISH, TEXTS["en"]), (KOREAN, TEXTS["ko"])])
@pytest.mark.parametrize("tapped", [False, True])
@pytest.mark.parametrize("what", ["program", "database", "telegram"])
async def test_what_told_of_it_ends_in_words_whatever_fails(
    telegram: Telegram,
    store: Store,
    person: int,
    texts: Texts,
    tapped: bool,
    what: str,
    agreed: asyncio.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fails(*_: object, **__: object) -> NoReturn:
        raise StorageError("gone") if what == "database" else RuntimeError("a bug")

    def go_on() -> None:
        if what == "telegram":
            telegram.request.refuse("editMessageText", 400, "Bad Request: can't parse entities")
        else:
            monkeypatch.setattr(type(store.consensus), "figures", fails)
        if what == "database":
            monkeypatch.setattr(Store, "answer_to", fails)
            monkeypatch.setattr(Store, "language", fails)
        agreed.set()

    await vote_both_ways(store)
    await when_told(telegram, asks(telegram, person, tapped=tapped), go_on)
    told = [call for call in telegram.answers if call.data.get("message_id") == 1001]
    assert told[-1].text == texts.unexpected
    assert not tapped or told[-1].buttons, "another try is a tap away"


async def test_what_told_of_it_goes_when_the_offer_could_not_take_its_place(
    telegram: Telegram, store: Store, agreed: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> NoReturn:
        raise StorageError("full")

    def go_on() -> None:
        monkeypatch.undo()
        agreed.set()

    await vote_both_ways(store)
    monkeypatch.setattr(Store, "remember_answer", fails)
    await when_told(telegram, asks(telegram, ENGLISH, tapped=False), go_on)
    told, offered = telegram.answers
    assert (told.method, offered.method) == ("sendMessage", "sendMessage")
    assert EN.not_agreed in offered.text
    assert [call.data["message_id"] for call in telegram.deletions] == [1001]


async def test_of_nothing_nothing_can_be_learnt(telegram: Telegram) -> None:
    offered = await telegram.says("/train nli")
    assert EN.nothing_yet in offered.text
    assert "reply_markup" not in offered.data


async def test_who_only_skips_is_not_counted_among_those_who_voted(telegram: Telegram, store: Store) -> None:
    asked = await vote(store, "이 라면 미쳤다", KOREAN)
    await store.undo_all(asked, KOREAN, chat_id=KOREAN)
    await store.skip(asked, ENGLISH, chat_id=KOREAN)
    offered = await telegram.says("/train sentiment")
    assert "People who voted: 0, votes: 0" in offered.text
    assert EN.nothing_yet in offered.text
    assert "reply_markup" not in offered.data


@pytest.mark.parametrize(("person", "texts", "name"), [(ENGLISH, EN, "Negative"), (KOREAN, KO, "부정")])
async def test_without_a_text_of_every_label_no_training_is_offered(
    telegram: Telegram, store: Store, person: int, texts: TeachingTexts, name: str
) -> None:
    await vote(store)
    for text in ("라면 1", "라면 8"):
        said = await telegram.says("/train sentiment", user=person)
        assert texts.no_label.format(labels=f"<b>{name}</b>") in said.text
        assert "reply_markup" not in said.data
        await vote(store, text, choice=0)  # held out
    await store.imports.add_texts([ImportedText("sentiment", "별로다", None, 0, "negative", gold=True)])
    assert "reply_markup" not in (await telegram.says("/train sentiment", user=person)).data
    learnt = [ImportedText("sentiment", f"라면 {number}", None, 0, "negative") for number in (0, 2, 3, 4)]
    await store.imports.add_texts(learnt)
    said = await telegram.says("/train sentiment", user=person)
    assert texts.start_question in said.text
    assert said.button(texts.start_button)


@pytest.mark.parametrize(("person", "texts"), [(ENGLISH, EN), (KOREAN, KO)])
async def test_what_a_training_would_fail_of_for_certain_is_said_with_what_is_missing_and_no_button(
    telegram: Telegram, store: Store, person: int, texts: TeachingTexts
) -> None:
    for number in (0, 3):
        await vote(store, f"라면 {number}", choice=number % 2)
    said = await telegram.says("/train sentiment", user=person)
    assert said.text.endswith(texts.too_few.format(rows=Count(2), least=5, missing=Count(3)))
    assert "reply_markup" not in said.data
    for number in (2, 4, 6):
        await vote(store, f"라면 {number}", choice=0)
    said = await telegram.says("/train sentiment", user=person)
    assert said.text.endswith(texts.nothing_to_measure.format(labels=Count(5)))
    assert "reply_markup" not in said.data
    await vote(store, "라면 1")
    said = await telegram.says("/train sentiment", user=person)
    assert said.text.endswith(texts.start_question)
    assert said.button(texts.start_button)


@pytest.mark.parametrize("step", TrainStep)
async def test_a_forged_button_does_nothing_for_others_and_elsewhere(
    telegram: Telegram, store: Store, step: TrainStep
) -> None:
    await vote(store)
    asked = await store.runs.ask("nli", actor=ENGLISH)
    data = encode(TrainTap(step, Task.SENTIMENT, asked.run.id))
    for person, chat in ((NEWCOMER, None), (ENGLISH, A_GROUP)):
        toast = await telegram.taps(data, user=person, chat=chat)
        assert toast.text == EN.operators_only_toast
    assert [run.id for run in await store.runs.unfinished()] == [asked.run.id]


async def test_a_button_of_a_training_that_there_is_not_says_that_it_ended(telegram: Telegram) -> None:
    toast = await telegram.taps(encode(TrainTap(TrainStep.CANCEL, Task.NLI, 2**63 - 1)))
    assert toast.text == EN.ended_toast


@pytest.mark.parametrize(("person", "texts"), [(ENGLISH, EN), (KOREAN, KO)])
async def test_statistics_are_a_picture_with_figures(
    telegram: Telegram, store: Store, person: int, texts: TeachingTexts
) -> None:
    await vote(store)
    await telegram.application.process_update(telegram.message("/stats", user=person))
    [sent] = [call for call in telegram.request.calls if call.method == "sendPhoto"]
    width, height = size(sent.data["photo"])
    assert width > height > 500
    assert "100%" not in sent.data["caption"]
    assert " 0%" in sent.data["caption"]  # both say that the answer was wrong
    assert "/tokens" not in sent.data["caption"]
    await agree(store, ENGLISH)
    for text in ("one", "two"):
        await telegram.taps((await telegram.says(f"/tokens {text}")).button("✖️"))
    await telegram.application.process_update(telegram.message("/stats", user=person))
    *_, sent = [call for call in telegram.request.calls if call.method == "sendPhoto"]
    assert sent.data["caption"].endswith(texts.stats_cut.format(votes=Count(2), texts=Count(2)))


@pytest.mark.parametrize(("command", "method"), [("/stats", "sendPhoto"), ("/export", "sendDocument")])
async def test_an_edit_leaves_one_picture_or_file_and_words_take_its_place(
    telegram: Telegram, store: Store, command: str, method: str
) -> None:
    await vote(store)
    await telegram.application.process_update(telegram.message(command, message_id=5))
    await telegram.application.process_update(telegram.message(command, edits=5))
    assert len([call for call in telegram.request.calls if call.method == method]) == 2
    assert [call.data["message_id"] for call in telegram.deletions] == [1001]
    assert (await telegram.says("/train", edits=5)).text == EN.which_task
    assert [call.data["message_id"] for call in telegram.deletions] == [1001, 1002]


async def test_without_what_draws_the_figures_come_alone(
    telegram: Telegram, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await telegram.says("/stats")).text == EN.stats_nothing
    await vote(store)
    monkeypatch.setattr("handlers.stats.can_draw", lambda: False)
    said = (await telegram.says("/stats")).text
    assert "2 votes by 2 people, 1 text waits for more, 0 labels, 0 gold" in said
    await store.forget(ENGLISH)
    assert "1 vote by 1 person, 1 text waits" in (await telegram.says("/stats")).text


async def test_an_export_is_a_file_of_all_votes_and_a_large_one_is_packed(
    telegram: Telegram, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await telegram.says("/export")).text == EN.exported_nothing
    await vote(store)
    await telegram.application.process_update(telegram.message("/export"))
    monkeypatch.setattr(exporting, "PLAIN", 10)
    await telegram.application.process_update(telegram.message("/export"))
    plain, packed = (call.data for call in telegram.request.calls if call.method == "sendDocument")
    rows = [json.loads(line) for line in plain["document"].splitlines()]
    assert [row["label"] for row in rows] == ["positive", "positive"]
    assert plain["caption"].startswith("2 votes by 2 people on 1 text. ")
    assert gzip.decompress(packed["document"]) == plain["document"]
    monkeypatch.setattr(exporting, "LIMIT", 10)
    assert "kobert-bot feedback export" in (await telegram.says("/export")).text
