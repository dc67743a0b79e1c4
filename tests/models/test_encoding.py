from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.encoding import densest_window, longest_first


@given(st.integers(0, 80), st.integers(0, 80), st.integers(2, 60))
def test_longest_first_cuts_one_by_one_from_the_longer(first: int, second: int, room: int) -> None:
    a, b = first, second
    while a + b > room:  # what transformers does, a piece at a time
        if a > b:
            a -= 1
        else:
            b -= 1
    kept = longest_first(first, second, room)
    assert sum(kept) == min(first + second, room)
    assert abs(kept[0] - a) <= 1  # who loses the odd piece doesn't matter
    assert kept[0] <= first
    assert kept[1] <= second


@given(st.sets(st.integers(0, 199), min_size=1, max_size=12), st.integers(1, 60))
def test_the_window_holds_as_many_marks_as_any_could(marks: set[int], room: int) -> None:
    ordered, total = sorted(marks), 200
    start = densest_window(ordered, total, room)

    def inside(begin: int) -> int:
        return sum(begin <= mark < begin + room for mark in ordered)

    assert 0 <= start <= total - room
    assert inside(start) == max(inside(begin) for begin in range(total - room + 1))


def test_the_window_stays_at_the_beginning_if_all_marks_are_there() -> None:
    assert densest_window([2, 9], 100, 10) == 0
    assert densest_window([50], 60, 100) == 0


def test_a_far_mark_has_context_on_both_sides() -> None:
    assert densest_window([50], 100, 11) == 45
