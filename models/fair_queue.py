"""Who is next, and who may wait: a bounded queue that chats share fairly. Plain data, without a thread.

Who is next is told by start-time fair queueing (Goyal, Vin and Cheng, "Start-time fair queueing", IEEE/ACM
Transactions on Networking 5(5), 1997, https://doi.org/10.1109/90.649569): a request's tag is the later of the
clock and where its chat's last request ends; the least tag is next. So chats share the work by tokens,
whatever each has waiting, and who asks one thing at a time is served in the order of asking: long questions
don't wait for short ones that came later. The clock goes on by the work done for each chat that waits, as in
weighted fair queueing (Demers, Keshav and Shenker 1989, https://doi.org/10.1145/75247.75248): a stream of
newcomers keeps no chat from its second question.

Places are shared by dynamic thresholds (Choudhury and Hahne, "Dynamic queue length thresholds for
shared-memory packet switches", IEEE/ACM Transactions on Networking 6(2), 1998,
https://doi.org/10.1109/90.664262): a chat may have as many waiting as there are places free. One alone gets
half of the queue; the rest is for others.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar


@dataclass(slots=True, eq=False, kw_only=True)
class Waiting:
    """A request in the queue.

    Attributes:
        lane: Only requests of equal lanes share a batch.
        cost: Work, in tokens; at least 1.
        chat: Who asks; None for one who asks nothing else.
        queued: Whether it waits; the queue keeps this and what follows.
        tag: Its place in the order, and a number, as no two may be equal.
    """

    lane: Hashable
    cost: int
    chat: Hashable | None = None
    queued: bool = False
    tag: tuple[float, int] = (0.0, 0)


@dataclass(slots=True)
class _Chat:
    waiting: int = 0
    end: float = 0.0  # of its last request


Request = TypeVar("Request", bound=Waiting)


@dataclass(slots=True)
class FairQueue(Generic[Request]):
    """What waits, by lane, in the order of tags. Not safe for threads: its users hold a lock.

    Attributes:
        places: How many requests may wait.
        batch_cost: Summed cost of a batch; only a request that costs more alone exceeds it.
        cost: Summed cost of all that wait.
    """

    places: int
    batch_cost: int
    cost: int = 0
    _size: int = 0
    _clock: float = 0.0
    _number: int = 0
    _chats: dict[Hashable, _Chat] = field(default_factory=dict)
    _lanes: dict[Hashable, list[Request]] = field(default_factory=dict)

    def __len__(self) -> int:
        return self._size

    def add(self, request: Request) -> bool:
        """Queue a request; False if there is no place for its chat."""
        chat = self._chats.get(_key(request)) or _Chat()
        if chat.waiting >= self.places - self._size:
            return False
        lane = self._lanes.setdefault(request.lane, [])
        self._chats[_key(request)] = chat
        start = max(self._clock, chat.end)
        chat.end = start + request.cost
        chat.waiting += 1
        self._number += 1
        request.tag, request.queued = (start, self._number), True
        insort(lane, request, key=_tag)  # moves pointers: cheap for as many as anybody would wait behind
        self._size += 1
        self.cost += request.cost
        return True

    def remove(self, request: Request) -> None:
        """Take out a request that went away, if it still waits."""
        if request.queued:
            chat = self._chats[_key(request)]
            if chat.end == request.tag[0] + request.cost:  # its last: nothing is owed for it
                chat.end = request.tag[0]
            place = bisect_left(self._lanes[request.lane], request.tag, key=_tag)
            self._cut(request.lane, place, place + 1)

    def take(self, hands: int = 1) -> list[Request]:
        """Take out the next request and those after it in its lane, until the batch is full.

        As the next one of all lanes leads, and late-comers get greater tags, no lane starves.

        Args:
            hands: How many are free to take a batch now: none takes more than an equal share of what waits.
        """
        lane = min(self._lanes.values(), key=lambda lane: lane[0].tag)
        full = min(self.batch_cost, -(-self.cost // hands))
        end, cost = 1, lane[0].cost
        while end < len(lane) and cost + lane[end].cost <= full:
            cost += lane[end].cost
            end += 1
        sharing = len(self._chats)
        batch = self._cut(lane[0].lane, 0, end)
        self._clock = max(self._clock + cost / sharing, batch[-1].tag[0])
        return batch

    def _cut(self, key: Hashable, start: int, end: int) -> list[Request]:
        lane = self._lanes[key]
        out = lane[start:end]
        del lane[start:end]
        if not lane:
            del self._lanes[key]  # a model that is no longer asked may go
        for request in out:
            request.queued = False
            self._size -= 1
            self.cost -= request.cost
            chat = self._chats[_key(request)]
            chat.waiting -= 1
            if not chat.waiting:  # who waits for an answer before the next question owes nothing
                del self._chats[_key(request)]
        return out


def _tag(request: Waiting) -> tuple[float, int]:
    return request.tag


def _key(request: Waiting) -> Hashable:
    return request if request.chat is None else request.chat
