"""What was exported comes back as it was; what cannot be used is told by file and row."""

from __future__ import annotations

import asyncio
import fnmatch
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.agreed import MAINTAINER, VOTERS, ImportedText, KnownLabel
from storage.content import storable
from storage.privacy.pseudonym import Pseudonymizer
from storage.store import ConsentStatus, NewPrediction, Store
from tests.databases import with_tables
from tests.training.feedback.voters import CHAT, LABELS, PEPPER, open_store, question, texts, vote_on
from training.feedback.behind import votes_behind
from training.feedback.deciding import decide, decide_and_draw
from training.feedback.exporting import write_votes
from training.feedback.formats import Format
from training.feedback.importing import keep, parse
from training.feedback.parts import PARTS
from training.feedback.snapshot import read_snapshot, take_snapshot
from training.textfiles import DataError

pytest.importorskip("pyarrow")
KINDS = ((Format.JSONL, "v.jsonl"), (Format.PARQUET, "v.parquet"), (Format.DATASET, "v"))


async def exported(store: Store, file: Path) -> bytes:
    await write_votes(store.feedback(), file, Format.JSONL)
    return file.read_bytes()  # noqa: ASYNC240  # a small one


async def taken_in(
    store: Store, source: Path, *, gold: bool = False, replace: bool = False
) -> dict[str, int]:
    return dict(await keep(store, parse(str(source), gold=gold), replace=replace))


def put(file: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


@pytest.mark.parametrize(("kind", "name"), KINDS)
async def test_an_export_comes_back_as_it_was_and_twice_adds_nothing(
    store: Store, tmp_path: Path, kind: Format, name: str
) -> None:
    await vote_on(store, texts(5), voters=4)
    mask = NewPrediction(
        "mask", "[MASK]는 [MASK]다", None, "klue", '["서울", "수도"]', {"0": [["서울", 0.1 + 0.2]]},
        (("서울", "부산", "none"), ("수도", "none")), "0123456789ab",
    )  # fmt: skip
    prediction = await store.add_prediction(mask, chat_id=CHAT, asker_id=2)
    await store.vote(prediction, 3, 1, 1, chat_id=CHAT)
    again = await store.add_prediction(
        question(texts(5)[0]), chat_id=CHAT, asker_id=2
    )  # the same answer twice
    await store.vote(again, 3, 0, 1, chat_id=CHAT)
    before = await exported(store, tmp_path / "before.jsonl")
    await write_votes(store.feedback(), tmp_path / name, kind)
    written = [file for file in (tmp_path / name, *(tmp_path / name).glob("votes.*")) if file.is_file()]
    assert {file.stat().st_mode & 0o777 for file in written} == {0o600}, "texts are for the owner alone"
    copy = await open_store(with_tables(tmp_path / "copy.db"), people=0)
    assert await taken_in(copy, tmp_path / name) == {"new": 22, "voters": 4}
    assert await exported(copy, tmp_path / "after.jsonl") == before
    assert await taken_in(copy, tmp_path / name) == {"known": 22}
    assert await exported(copy, tmp_path / "after.jsonl") == before
    await copy.close()
    assert await taken_in(store, tmp_path / name) == {"known": 22}, (
        "where it came from it adds nothing either"
    )
    assert await exported(store, tmp_path / "after.jsonl") == before


async def test_of_answers_that_are_the_same_a_vote_finds_its_own(store: Store, tmp_path: Path) -> None:
    for _ in range(2):  # nobody voted on these
        await store.add_prediction(question(texts(1)[0]), chat_id=CHAT, asker_id=2)
    await vote_on(store, texts(1))
    await exported(store, tmp_path / "v.jsonl")
    assert await taken_in(store, tmp_path / "v.jsonl") == {"known": 3}


anything = st.text(alphabet=st.characters(), min_size=1).filter(str.strip)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(anything, st.none() | anything, st.sampled_from((0, 1))), min_size=1, max_size=4))
def test_any_text_comes_back_as_it_was(asked: list[tuple[str, str | None, int]]) -> None:
    async def there_and_back(folder: Path) -> None:
        store = await open_store(with_tables(folder / "a.db"), people=1)
        for number, (text, second, choice) in enumerate(asked):
            word = storable(text)  # as words of a vocabulary are
            new = NewPrediction("nli", text, second, word, "x", {word: number / 7}, (("x", word),))
            prediction = await store.add_prediction(new, chat_id=CHAT, asker_id=1)
            await store.vote(prediction, 1, 0, 0 if word == "x" else choice, chat_id=CHAT)
        before = await exported(store, folder / "before.jsonl")
        await store.close()
        copy = await open_store(with_tables(folder / "copy.db"), people=0)
        await keep(copy, parse(str(folder / "before.jsonl")))
        for kind, name in KINDS:
            await write_votes(copy.feedback(), folder / name, kind)
            parsed = parse(str(folder / name))
            assert parsed.bad == ()
            other = await open_store(with_tables(folder / f"{kind}.db"), people=0)
            await keep(other, parsed)
            assert await exported(other, folder / "after.jsonl") == before
            await other.close()
        await copy.close()

    with TemporaryDirectory() as name:
        asyncio.run(there_and_back(Path(name)))


async def test_whoever_voted_is_known_again_and_can_have_it_deleted(store: Store, tmp_path: Path) -> None:
    await vote_on(store, texts(2))
    await exported(store, tmp_path / "v.jsonl")
    copy = await open_store(with_tables(tmp_path / "copy.db"), people=0)
    await taken_in(copy, tmp_path / "v.jsonl")
    assert len((await copy.own_data(2)).votes) == 2, "before they came"
    await copy.set_consent(2, ConsentStatus.AGREED)
    assert len((await copy.own_data(2)).votes) == 2
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        known = {row[0] for row in connection.execute("SELECT pseudonym FROM annotators")}
    names = Pseudonymizer(PEPPER)
    assert known == {names.person(1)[:16], names.person(2), names.person(3)[:16]}
    await copy.forget(3)  # never came, and is known all the same
    assert len((await copy.own_data(3)).votes) == 0
    assert len([row async for row in copy.feedback()]) == 4
    await copy.close()


async def test_votes_of_whoever_withdrew_do_not_come_back(store: Store, tmp_path: Path) -> None:
    await vote_on(store, texts(2))
    await exported(store, tmp_path / "v.jsonl")
    await store.set_consent(2, ConsentStatus.DECLINED)
    assert await taken_in(store, tmp_path / "v.jsonl") == {"known": 4, "withdrawn": 2}
    await store.set_consent(1, ConsentStatus.DECLINED)  # asked it all
    assert await taken_in(store, tmp_path / "v.jsonl") == {"withdrawn": 6}


async def test_who_comes_back_after_being_forgotten_is_counted(store: Store, tmp_path: Path) -> None:
    await vote_on(store, texts(2))
    await exported(store, tmp_path / "v.jsonl")
    await store.forget(2)
    assert await taken_in(store, tmp_path / "v.jsonl") == {"known": 4, "new": 2, "voters": 1}


async def test_of_a_voter_whose_votes_are_left_out_nothing_is_kept(store: Store, tmp_path: Path) -> None:
    await vote_on(store, texts(1))
    await exported(store, tmp_path / "v.jsonl")
    await store.forget(2)
    await store.set_consent(1, ConsentStatus.DECLINED)  # asked it
    assert await taken_in(store, tmp_path / "v.jsonl") == {"withdrawn": 3}
    assert (await store.own_data(2)).known_since is None


async def test_each_vote_that_comes_is_in_the_log(store: Store, tmp_path: Path) -> None:
    await vote_on(store, texts(2))
    await exported(store, tmp_path / "v.jsonl")
    copy = await open_store(with_tables(tmp_path / "copy.db"), people=0)
    await taken_in(copy, tmp_path / "v.jsonl")
    await copy.close()
    same = "SELECT prediction_id, annotator_id, slot, choice, kind, blind, {} FROM {} ORDER BY id"
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        events = connection.execute(same.format("new_label", "vote_events")).fetchall()
        assert events == connection.execute(same.format("label", "votes")).fetchall() != []


async def test_a_kill_in_between_is_made_up_for_the_next_time(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await vote_on(store, texts(6))
    before = await exported(store, tmp_path / "v.jsonl")
    monkeypatch.setattr("training.feedback.importing._AT_ONCE", 4)
    copy = await open_store(with_tables(tmp_path / "copy.db"), people=0)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await keep(copy, parse(str(tmp_path / "v.jsonl")), stop)
    assert await taken_in(copy, tmp_path / "v.jsonl") == {"known": 4, "new": 14}
    assert await exported(copy, tmp_path / "after.jsonl") == before
    await copy.close()


async def test_nsmc_becomes_texts_with_labels_to_learn_from(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    file = put(
        tmp_path / "nsmc.tsv", "id\tdocument\tlabel", '1\t"따옴표"가 있는 글\t1', "2\t재미없는 글이에요\t0"
    )
    assert await taken_in(store, file) == {"labels new": 2}
    assert await taken_in(store, file) == {"labels known": 2}
    other = put(tmp_path / "other.tsv", "id\tdocument\tlabel", "2\t재미없는  글이에요\t1")
    assert await taken_in(store, other) == {"labels differ": 1}
    pytest.importorskip("crowdkit")
    taken = await take_snapshot(store, "sentiment", folder)
    rows = [row for part in read_snapshot(taken.path).values() for row in part]
    assert {(row.text_a, row.label, row.method) for row in rows} == {
        ('"따옴표"가 있는 글', "positive", "imported"),
        ("재미없는 글이에요", "negative", "imported"),
    }


async def labelled_in_every_way(store: Store) -> None:
    """Let 40 texts be labelled: by voters, known from them or from the maintainer, or from a file."""
    await vote_on(store, texts(39))
    await decide(store, "sentiment")
    known = (await store.consensus.labelled("sentiment"))[0]
    assert await store.consensus.add_gold([(known.item, 0, known.label)]) == 1
    first, last = texts(40)[0], texts(40)[-1]
    rows = [
        ImportedText("sentiment", text, None, 0, "negative", gold=text == first) for text in (first, last)
    ]
    await store.imports.add_texts(rows)


@pytest.mark.parametrize("form", ["*", "*.jsonl", "*.parquet"])
async def test_a_snapshot_comes_back_as_it_was(store: Store, folder: Path, tmp_path: Path, form: str) -> None:
    pytest.importorskip("crowdkit")
    await labelled_in_every_way(store)
    taken = await take_snapshot(store, "sentiment", folder)
    before = read_snapshot(taken.path)
    rows = [row for part in PARTS for row in before[part]]
    ways = {(row.method, row.voters) for row in rows}
    assert {"imported", "dawid-skene", "gold", "gold-by-voters"} == {method for method, _ in ways}
    assert {("dawid-skene", 3), ("gold-by-voters", 3), ("imported", 0)} <= ways
    shutil.copytree(
        taken.path, tmp_path / "sent", ignore=lambda _, names: {*names} - {*fnmatch.filter(names, form)}
    )
    copy = await open_store(with_tables(tmp_path / "copy.db"), people=1)
    assert await taken_in(copy, tmp_path / "sent") == {"labels new": len(rows), "labels gold": 2}
    again = await take_snapshot(copy, "sentiment", tmp_path / "again")
    assert read_snapshot(again.path) == before
    assert await taken_in(copy, taken.path, replace=True) == {"labels known": len(rows)}
    await vote_on(copy, texts(40), voters=1)
    found, drawn = await decide_and_draw(copy, "sentiment")
    assert drawn.parts == before
    assert votes_behind(found, drawn.members) == {}, "whoever counted elsewhere is nobody here"
    await copy.close()


async def test_a_snapshot_drawn_here_leaves_its_labels_to_the_voters(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    pytest.importorskip("crowdkit")
    await labelled_in_every_way(store)
    taken = await take_snapshot(store, "sentiment", folder)
    its = {row.text_a: row for part in read_snapshot(taken.path).values() for row in part}
    before = await store.consensus.labelled("sentiment")
    assert await taken_in(store, taken.path) == {"labels known": len(its)}
    assert await store.consensus.labelled("sentiment") == before
    assert (await store.consensus.figures(["sentiment"]))[0].imported == 2
    one, other = [text for text, row in its.items() if row.method == "dawid-skene"][:2]
    sent = asdict(its[one]) | {"voters": 2}, asdict(its[other]) | {"method": "majority"}
    assert await taken_in(store, put(tmp_path / "elsewhere.jsonl", *sent)) == {"labels known": 2}
    assert (await store.consensus.figures(["sentiment"]))[0].imported == 4, "other voters decided these"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"method": "majority", "voters": 2}, ("majority", 2)),
        ({"method": "majority", "voters": -1}, ("majority", 0)),
        ({"method": "majority", "voters": 2**31}, ("majority", 0)),
        ({"method": "majority", "voters": "many"}, ("majority", 0)),
        ({"method": "by hand", "voters": 2}, ("imported", 0)),
        ({"method": ["majority"], "voters": 2}, ("imported", 0)),
    ],
)
def test_what_no_snapshot_says_of_its_voters_is_not_taken_for_it(
    tmp_path: Path, said: dict[str, object], kept: tuple[str, int]
) -> None:
    row = {"text": "글", "label": "positive", "task": "sentiment"} | said
    [text] = parse(str(put(tmp_path / "t.jsonl", row))).texts
    assert (text.method, text.voters) == kept


async def test_gold_is_what_the_maintainer_says_it_is(store: Store, tmp_path: Path) -> None:
    file = put(tmp_path / "gold.jsonl", {"text": "전제", "text_b": "가설", "label": "neutral", "task": "nli"})
    assert await taken_in(store, file, gold=True) == {"labels new": 1, "labels gold": 1}
    assert await taken_in(store, file, gold=True) == {"labels known": 1}
    other = put(tmp_path / "gold.jsonl", {"text": "전제", "text_b": "가설", "label": "entailment"})
    assert await taken_in(store, other, gold=True) == {"labels differ": 1, "labels gold differs": 1}
    assert list((await store.consensus.gold("nli")).values()) == [KnownLabel("neutral", MAINTAINER)]
    assert await taken_in(store, other, replace=True) == {"labels gold differs": 1}
    assert list((await store.consensus.gold("nli")).values()) == [KnownLabel("neutral", MAINTAINER)]
    told = await taken_in(store, other, gold=True, replace=True)
    assert told == {"labels corrected": 1, "labels gold corrected": 1}
    assert list((await store.consensus.gold("nli")).values()) == [KnownLabel("entailment", MAINTAINER)]
    assert await taken_in(store, other, gold=True, replace=True) == {"labels known": 1}


async def test_what_voters_made_gold_comes_back_as_theirs_and_the_maintainer_may_confirm_it(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    """Else an export would make it the maintainer's, and a proof of those who made it."""
    pytest.importorskip("crowdkit")
    await vote_on(store, texts(4))
    await decide(store, "sentiment")
    labelled = await store.consensus.labelled("sentiment")
    assert await store.consensus.add_gold([(each.item, 0, each.label) for each in labelled]) == 4
    await vote_on(store, texts(40, "연극"))
    taken = await take_snapshot(store, "sentiment", folder)
    gold = read_snapshot(taken.path)["gold"]
    assert [row.method for row in gold] == ["gold-by-voters"] * 4
    copy = await open_store(with_tables(tmp_path / "copy.db"), people=0)
    assert await taken_in(copy, taken.path) == {"labels new": 44, "labels gold": 4}
    assert {each.source for each in (await copy.consensus.gold("sentiment")).values()} == {VOTERS}
    assert await taken_in(copy, taken.path) == {"labels known": 44}
    assert {each.source for each in (await copy.consensus.gold("sentiment")).values()} == {VOTERS}

    first, second = gold[0], gold[1]
    other = LABELS[1 - LABELS.index(second.label)]
    rows = [{"text": first.text_a, "label": first.label}, {"text": second.text_a, "label": other}]
    file = put(tmp_path / "known.jsonl", *({"task": "sentiment", **row} for row in rows))
    told = await taken_in(copy, file, gold=True)
    of_gold = {"labels gold confirmed": 1, "labels gold replaced": 1}
    assert told == {"labels known": 1, "labels differ": 1} | of_gold
    found = {each.text_a: each for each in await copy.consensus.labelled("sentiment")}
    assert (found[first.text_a].label, found[first.text_a].method) == (first.label, "gold")
    assert (found[second.text_a].label, found[second.text_a].method) == (other, "gold")
    assert found[gold[2].text_a].method == "gold-by-voters"
    told = await taken_in(copy, taken.path, replace=True)  # their gold never replaces the maintainer's
    assert told == {"labels known": 44, "labels gold differs": 1}

    said = {"text": gold[3].text_a, "label": LABELS[1 - LABELS.index(gold[3].label)], "task": "sentiment"}
    file = put(tmp_path / "label.jsonl", said)
    assert await taken_in(copy, file) == {"labels differ": 1}
    assert len(await copy.consensus.gold("sentiment")) == 4
    assert await taken_in(copy, file, replace=True) == {"labels corrected": 1, "labels gold dropped": 1}
    found = {each.text_a: each for each in await copy.consensus.labelled("sentiment")}
    assert (found[gold[3].text_a].label, found[gold[3].text_a].method) == (said["label"], "imported")
    await copy.close()


VOTE = {
    "prediction_id": 1, "task": "sentiment", "text_a": "글", "text_b": None, "model": "m", "version": "",
    "shown": "positive", "probabilities": {}, "slot": 0, "label": "negative", "kind": "correct",
    "annotator": "0123456789abcdef", "created_at": "2026-01-01T00:00:00+00:00",
    "updated_at": "2026-01-01T00:00:00+00:00", "choice": 1, "blind": False, "options": [list(LABELS)],
}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("{", "is not JSON"),
        ("[1]", "is not an object"),
        ({"label": "positive"}, "has no text"),
        ({"text": "글"}, "has no label"),
        ({"text": "글", "label": "좋음"}, "tells of no task: --task says which"),
        (
            {"text": "글", "label": "좋음", "task": "sentiment"},
            "the label '좋음' is not one of negative (0), positive (1)",
        ),
        ({"text": "글", "label": "neutral", "task": "nli"}, "has no second text"),
        ({"text": "글", "label": "x", "task": "tokens"}, "the task 'tokens' is not one of"),
        ({"text": "[MASK]", "label": "말", "task": "mask", "slot": 1}, "there is no blank 1 in it"),
        (VOTE | {"slot": "x"}, "slot: input should be a valid integer"),
        (VOTE | {"task": "poem"}, "task: 'poem' is none of"),
        (VOTE | {"annotator": "me"}, "annotator: not 16 hexadecimal digits"),
        (VOTE | {"annotator": "%" * 16}, "annotator: not 16 hexadecimal digits"),
        (VOTE | {"choice": 0}, "choice: no such button"),
        (VOTE | {"choice": -3}, "choice: no such button"),
        (VOTE | {"slot": 1}, "slot: there is no such slot"),
        (VOTE | {"created_at": "2026-01-01T00:00:00"}, "created_at, updated_at: no zone"),
        (VOTE | {"text_a": " "}, "text_a: empty"),
        ({key: value for key, value in VOTE.items() if key != "label"}, "label: field required"),
        (
            {key: value for key, value in (VOTE | {"task": "mask"}).items() if key != "choice"},
            "older version",
        ),
    ],
)
def test_a_bad_row_is_told_by_file_and_row(tmp_path: Path, row: object, wrong: str) -> None:
    parsed = parse(str(put(tmp_path / "v.jsonl", VOTE, row)))
    assert len(parsed.votes) == 1
    [line] = parsed.bad
    assert line.startswith(f"{tmp_path / 'v.jsonl'}: row 2 ")
    assert wrong in line


def test_an_export_from_before_buttons_were_told_of_is_read(tmp_path: Path) -> None:
    old = {key: value for key, value in VOTE.items() if key not in {"choice", "options", "blind"}}
    [vote] = parse(str(put(tmp_path / "v.jsonl", old))).votes
    assert (vote.choice, vote.options, vote.blind) == (1, [["positive", "negative"]], False)


def test_what_no_database_holds_is_replaced_in_a_label_and_its_button(tmp_path: Path) -> None:
    odd = VOTE | {"text_a": "a\x00", "label": "b\x00", "options": [["positive", "b\x00"]], "model": "\ud800"}
    parsed = parse(str(put(tmp_path / "v.jsonl", json.dumps(odd))))
    assert parsed.bad == ()
    [vote] = parsed.votes
    assert (vote.text_a, vote.label, vote.options, vote.model) == ("a�", "b�", [["positive", "b�"]], "�")


def test_votes_on_other_tasks_are_left_out(tmp_path: Path) -> None:
    file = put(tmp_path / "v.jsonl", VOTE)
    assert len(parse(str(file), "sentiment").votes) == 1
    both = put(tmp_path / "w.jsonl", VOTE, {"text": "전제", "text_b": "가설", "label": "neutral"})
    assert parse(str(both), "nli").votes == ()


RIGHT_FILE = "Is this the right file?"
COLUMNS = (
    "the text (text_a, document, text, premise, sentence1 or sentence_a), of a pair the second one (text_b, "
    "hypothesis, sentence2 or sentence_b), and the label (label or gold_label)"
)
NO_NLI = "row 1 the label '0' is not one of entailment, neutral, contradiction; none of its"
REVIEWS = [{"document": f"글 {number}", "label": str(number % 2)} for number in range(12)]


@pytest.mark.parametrize(
    ("rows", "task", "told"),
    [
        ([VOTE], "nli", ("there is no vote in it on nli, only on sentiment",)),
        ([VOTE | {"task": "나만 아는 말"}], "nli", ("there is no row to import in it",)),
        (
            REVIEWS,
            "nli",
            (NO_NLI, "12 rows can be used. --task sentiment would fit: is the task right?"),
        ),
        (
            [{"text": "글", "label": "1"}],
            None,
            (
                "row 1 tells of no task: --task says which; it has no other row.",
                "--task sentiment would fit",
            ),
        ),
        (
            ["{", '  "rows": {', '    "dev": 5', "  }", "}"],
            None,
            (
                "row 1 is not JSON (Expecting property name enclosed in double quotes); none of its 5 rows",
                f"can be used. {RIGHT_FILE} It takes JSON lines (an object a line), Parquet or TSV; of an",
                "export or a snapshot, name the folder",
            ),
        ),
        (
            [{"review": "글", "stars": 1}] * 2,
            "sentiment",
            (
                f"row 1 has no text; none of its 2 rows can be used. {RIGHT_FILE} It takes votes as",
                f"`feedback export` writes them, or {COLUMNS}",
            ),
        ),
        (
            [*REVIEWS, {"document": "글", "label": "7"}] * 10,
            "nli",
            (NO_NLI, f"130 rows can be used. {RIGHT_FILE}"),
        ),
        (
            [*[{"document": "글", "label": "7"}] * 100, *REVIEWS],  # the first hundred tell
            "nli",
            (NO_NLI.replace("'0'", "'7'"), f"112 rows can be used. {RIGHT_FILE}"),
        ),
    ],
)
def test_of_a_file_that_is_of_no_use_it_is_told_once_what_is_wrong(
    tmp_path: Path, rows: list[object], task: str | None, told: tuple[str, ...]
) -> None:
    file = put(tmp_path / "v.jsonl", *rows)
    with pytest.raises(DataError) as raised:
        parse(str(file), task)
    assert str(raised.value) == f"{file}: {' '.join(told)}"


@pytest.mark.parametrize(
    "first", ["1\t참 좋은 영화\t1", "전제\t가설\tneutral", "id\tdocument", "id\tlabel", "참 좋은 영화"]
)
def test_a_tsv_without_a_header_is_told_which_columns_its_first_line_must_name(
    tmp_path: Path, first: str
) -> None:
    file = tmp_path / "ratings.tsv"
    file.write_text(f"{first}\n{first}\n", encoding="utf-8")
    with pytest.raises(DataError) as raised:
        parse(str(file), "sentiment")
    assert str(raised.value) == f"{file}: its first line must name the columns, with tabs between: {COLUMNS}"


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        (
            "v.tsv",
            "id\tdocument\tlabel\n1\t가나다\t1\n".encode("cp949"),
            "row 2 is not UTF-8; it looks like CP949",
        ),
        ("v.tsv", b"", "the file is empty"),
        ("v.parquet", b"PAR1", "cannot be read as Parquet"),
        ("v.csv", b"a,b", "its name ends in none of"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(
    tmp_path: Path, name: str, content: bytes, wrong: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=wrong) as raised:
        parse(str(tmp_path / name))
    assert "\n" not in str(raised.value)


def test_a_folder_of_something_else_and_a_missing_file_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="neither an export nor a snapshot"):
        parse(str(tmp_path))
    with pytest.raises(DataError, match=r"missing\.jsonl: No such file or directory"):
        parse(str(tmp_path / "missing.jsonl"))
