from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from storage.store import (
    GroupSettings,
    NewPrediction,
    Store,
    UnknownPrediction,
    Voters,
)
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, PEPPER, Sql

pytestmark = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
OLD, NEW = -4001, -1004001
ALL_SET = GroupSettings("ko", "klue", Voters.ADMINS, 60)


def to(settings: GroupSettings) -> partial[GroupSettings]:
    return partial(lambda _before, after: after, after=settings)


async def test_what_a_group_sets_is_kept_and_others_have_set_nothing(store: Store, url: str) -> None:
    assert await store.group_settings(CHAT) == GroupSettings()
    changed = await store.change_group_settings(CHAT, partial(replace, preset="klue"))
    assert changed == GroupSettings(preset="klue")
    await store.change_group_settings(CHAT, partial(replace, voters=Voters.ADMINS, cooldown=60))
    await store.change_group_settings(CHAT, partial(replace, language="ko"))
    again = await Store.open(url, pepper=PEPPER)
    assert await again.group_settings(CHAT) == ALL_SET
    assert await again.group_settings(CHAT - 1) == GroupSettings()
    await again.change_group_settings(CHAT, to(GroupSettings()))
    await again.close()
    assert await store.group_settings(CHAT) == GroupSettings()


async def test_of_changes_at_once_none_is_lost(store: Store) -> None:
    await asyncio.gather(
        *(
            store.change_group_settings(
                CHAT, lambda before: replace(before, cooldown=(before.cooldown or 0) + 1)
            )
            for _ in range(12)
        )
    )
    assert (await store.group_settings(CHAT)).cooldown == 12


async def test_neither_a_group_nor_who_set_something_is_named(store: Store, sql: Sql) -> None:
    await store.change_group_settings(OLD, to(ALL_SET))
    await store.move_group(OLD, NEW)
    rows = await sql("SELECT * FROM group_settings")
    assert len(rows) == 2
    assert not any(number in repr(rows) for number in ("4001", str(ASKER)))


@pytest.mark.parametrize("times", [1, 2])
async def test_settings_and_answers_follow_a_group_and_its_buttons_work_in_both_chats(
    store: Store, sentiment: NewPrediction, sql: Sql, times: int
) -> None:
    await store.change_group_settings(OLD, to(ALL_SET))
    before = await store.add_prediction(sentiment, chat_id=OLD, asker_id=ASKER)
    elsewhere = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await store.vote(before, ASKER, 0, 0, chat_id=OLD)
    for _ in range(times):
        await store.move_group(OLD, NEW)
    late = await store.add_prediction(sentiment, chat_id=OLD, asker_id=ASKER)  # it was on its way

    for chat in (OLD, NEW):
        assert await store.group_settings(chat) == ALL_SET
        assert (await store.tally(before, chat_id=chat)).total == 1
        assert (await store.vote(late, ASKER, 0, 0, chat_id=chat)).tally.total == 1
        assert (await store.undo_all(late, ASKER, chat_id=chat)).tally.total == 0
        with pytest.raises(UnknownPrediction):
            await store.tally(elsewhere, chat_id=chat)
    with pytest.raises(UnknownPrediction):
        await store.tally(before, chat_id=CHAT)
    assert await sql("SELECT count(DISTINCT chat_pseudonym) FROM predictions") == [(2,)]


async def test_what_is_set_after_a_move_is_not_undone_by_hearing_of_it_again(store: Store) -> None:
    await store.change_group_settings(OLD, to(ALL_SET))
    await store.move_group(OLD, NEW)
    await store.change_group_settings(NEW, partial(replace, language="en"))
    await store.change_group_settings(OLD, partial(replace, cooldown=None))  # a button in the old chat
    await store.move_group(OLD, NEW)
    expected = GroupSettings("en", "klue", Voters.ADMINS, None)
    assert await store.group_settings(NEW) == await store.group_settings(OLD) == expected


async def test_what_the_new_chat_has_set_before_the_move_stays(store: Store) -> None:
    await store.change_group_settings(OLD, to(ALL_SET))
    await store.change_group_settings(NEW, partial(replace, language="en"))
    await store.move_group(OLD, NEW)
    assert await store.group_settings(OLD) == GroupSettings("en")


async def test_hearing_of_a_move_twice_at_once_moves_once(store: Store, sql: Sql) -> None:
    await store.change_group_settings(OLD, to(ALL_SET))
    await asyncio.gather(*(store.move_group(OLD, NEW) for _ in range(6)))
    assert await store.group_settings(NEW) == ALL_SET
    assert await sql("SELECT count(*) FROM group_settings") == [(2,)]


async def test_settings_are_no_persons_data(store: Store, sentiment: NewPrediction) -> None:
    await store.change_group_settings(CHAT, to(ALL_SET))
    await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    assert "klue" not in repr((await store.own_data(ASKER)).as_json())
    await store.forget(ASKER)
    assert await store.group_settings(CHAT) == ALL_SET


@pytest.mark.usefixtures("store")
async def test_the_database_checks_whose_votes_count(sql: Sql) -> None:
    with pytest.raises(Exception, match="ck_group_settings_voters"):
        await sql("INSERT INTO group_settings VALUES ('c', NULL, NULL, 'nobody', NULL, NULL)")
