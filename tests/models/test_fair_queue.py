from __future__ import annotations

from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from models.fair_queue import FairQueue, Waiting

LANES = st.sampled_from("AB")
CHATS = st.sampled_from([None, 1, 2, 3])
COSTS = st.integers(1, 60)


def request(chat: int | None = None, *, cost: int = 10, lane: str = "A") -> Waiting:
    return Waiting(lane=lane, cost=cost, chat=chat)


def drained(queue: FairQueue[Waiting]) -> list[list[Waiting]]:
    batches = []
    while queue:
        batches.append(queue.take())
    return batches


def test_one_message_passes_hundreds_of_another_chat() -> None:
    queue: FairQueue[Waiting] = FairQueue(places=2_000, batch_cost=100)
    for _ in range(500):
        assert queue.add(request(1))
    queue.take()
    other = request(2)
    queue.add(other)
    assert other in queue.take()[:2]  # at most one of the flood, which came first, goes before it


@given(st.lists(st.lists(COSTS, min_size=30, max_size=30), min_size=2, max_size=4))
def test_chats_with_enough_to_ask_get_equal_work(costs: list[list[int]]) -> None:
    queue: FairQueue[Waiting] = FairQueue(places=10_000, batch_cost=100)
    for chat, its in enumerate(costs):
        for cost in its:
            queue.add(request(chat, cost=cost))
    done: Counter[int | None] = Counter()
    left = {chat: len(its) for chat, its in enumerate(costs)}
    for served in (each for batch in drained(queue) for each in batch):
        assert isinstance(served.chat, int)
        done[served.chat] += served.cost
        left[served.chat] -= 1
        if not all(left.values()):
            break
        for one, its in enumerate(costs):
            for other, others in enumerate(costs):
                assert abs(done[one] - done[other]) <= max(its) + max(others)  # Goyal's bound


def test_newcomers_without_end_do_not_starve_a_waiting_chat() -> None:
    queue: FairQueue[Waiting] = FairQueue(places=100, batch_cost=10)
    second = request(1)
    queue.add(request(1))
    queue.add(second)
    for batches in range(10):
        if second in queue.take():
            assert batches <= 1
            return
        while len(queue) < 20:
            queue.add(request())
    raise AssertionError("starved")


def test_a_lane_that_is_always_full_does_not_starve_another() -> None:
    queue: FairQueue[Waiting] = FairQueue(places=1_000, batch_cost=50)
    for chat in range(20):
        queue.add(request(chat))
    other = request(99, lane="B")
    queue.add(other)
    for batches in range(50):
        if other in queue.take():
            assert batches <= 4  # the twenty that came before it, five a batch
            return
        for chat in range(20):
            queue.add(request(chat))
    raise AssertionError("starved")


def test_a_chat_alone_gets_half_of_the_places_and_leaves_the_others() -> None:
    queue: FairQueue[Waiting] = FairQueue(places=100, batch_cost=50)
    assert sum(queue.add(request(1)) for _ in range(200)) == 50
    assert sum(queue.add(request(2)) for _ in range(200)) == 25
    assert queue.add(request(3))
    assert sum(queue.add(request()) for _ in range(200)) == 24  # those of no chat take what is left
    assert len(queue) == 100
    assert not queue.add(request(4))


def test_many_greedy_chats_get_about_the_same() -> None:
    queue: FairQueue[Waiting] = FairQueue(places=100, batch_cost=50)
    got: Counter[int] = Counter()
    for _ in range(100):
        got.update(chat for chat in range(9) if queue.add(request(chat)))
    assert set(got.values()) <= {9, 10, 11}
    assert queue.add(request(9))


def test_who_takes_back_questions_does_not_wait_as_if_they_had_been_answered() -> None:
    queue: FairQueue[Waiting] = FairQueue(places=100, batch_cost=1)
    many = [Waiting(lane="a", cost=50, chat="fickle") for _ in range(20)]
    for request in many:
        assert queue.add(request)
    for request in reversed(many[1:]):
        queue.remove(request)
    fickle = Waiting(lane="a", cost=50, chat="fickle")
    others = [Waiting(lane="a", cost=120, chat="other") for _ in range(2)]
    for request in (fickle, *others):
        assert queue.add(request)
    assert [queue.take()[0] for _ in range(4)] == [many[0], others[0], fickle, others[1]]


def test_who_asks_one_thing_at_a_time_is_served_in_the_order_of_asking() -> None:
    queue: FairQueue[Waiting] = FairQueue(places=100, batch_cost=60)
    asked = [request(chat, cost=cost) for chat, cost in enumerate([60, 3, 50, 1, 40, 60, 2])]
    served: list[Waiting] = []
    for one in asked:
        assert queue.add(one)
    for _ in range(10):  # each asks again as soon as it is answered
        for one in queue.take():
            served.append(one)
            again = Waiting(lane=one.lane, cost=one.cost, chat=one.chat)
            asked.append(again)
            assert queue.add(again)
    assert served == asked[: len(served)]


def test_one_that_goes_away_gives_its_place_back_at_once() -> None:
    queue: FairQueue[Waiting] = FairQueue(places=2, batch_cost=50)
    one, other = request(1), request(2)
    assert queue.add(one)
    assert queue.add(other)
    assert not queue.add(request(3))
    queue.remove(one)
    queue.remove(one)  # gone already: changes nothing
    assert (len(queue), queue.cost) == (1, 10)
    third = request(3)
    assert queue.add(third)
    assert drained(queue) == [[other, third]]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("add"), CHATS, COSTS, LANES),
            st.tuples(st.just("remove"), st.integers(0, 30)),
            st.tuples(st.just("take")),
        ),
        max_size=120,
    )
)
def test_every_request_leaves_once_in_the_order_of_its_chat_and_no_batch_is_too_large(
    steps: list[tuple[str, int | None, int, str] | tuple[str, int] | tuple[str]],
) -> None:
    queue: FairQueue[Waiting] = FairQueue(places=20, batch_cost=100)
    waiting: list[Waiting] = []
    taken: list[list[Waiting]] = []
    came: dict[tuple[object, object], list[Waiting]] = defaultdict(list)
    for step in steps:
        match step:
            case (_, chat, cost, lane):
                its = sum(each.chat == chat for each in waiting if chat is not None)
                each = request(chat, cost=cost, lane=lane)
                assert queue.add(each) == (its < 20 - len(waiting))
                if each.queued:
                    waiting.append(each)
                    came[each.chat, each.lane].append(each)
            case (_, index):
                if index < len(waiting):
                    gone = waiting.pop(index)
                    queue.remove(gone)
                    came[gone.chat, gone.lane].remove(gone)
            case _ if queue:
                taken.append(queue.take())
                waiting = [each for each in waiting if each not in taken[-1]]
        assert (len(queue), queue.cost) == (len(waiting), sum(each.cost for each in waiting))
    taken += drained(queue)
    for batch in taken:
        assert len({each.lane for each in batch}) == 1
        assert len(batch) == 1 or sum(each.cost for each in batch) <= 100
    left = [each for batch in taken for each in batch]
    for key, expected in came.items():
        found = [each for each in left if (each.chat, each.lane) == key]
        if key[0] is None:  # each of these is a chat of its own: in any order
            found.sort(key=expected.index)
        assert found == expected
    assert len(left) == sum(map(len, came.values()))
    assert not queue._chats
    assert not queue._lanes
