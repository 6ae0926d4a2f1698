"""The model that is lost: it does what its person asked, and every order that was planted. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from bench.attacks.world import Wanted

When = Literal["at once", "at the end"]
ORDERS: tuple[When, ...] = ("at once", "at the end")
MOST_A_ROUND = 8


def script(
    own: Sequence[Wanted], ordered: Sequence[Wanted], revealed: int, when: When
) -> list[Wanted]:
    """The calls in the order in which they are made. *own* is what is left of the person's task.

    `at once`: the orders are obeyed right after the call that shows them (*revealed*), or first of
    all when it was made in an earlier turn. `at the end`: when the person's task is done.
    """
    if when == "at the end":
        return [*own, *ordered]
    before = [call for call in own if call.place <= revealed]
    after = [call for call in own if call.place > revealed]
    return [*before, *ordered, *after]


def rounds(calls: Sequence[Wanted], ends: Callable[[Wanted], bool]) -> Iterator[list[Wanted]]:
    """As many calls at once as go together: a round ends with a call that *ends* it, where the
    person's calls and the orders meet, and when it is full."""
    taken: list[Wanted] = []
    for call in calls:
        if taken and (
            len(taken) == MOST_A_ROUND or ends(taken[-1]) or taken[-1].is_ordered != call.is_ordered
        ):
            yield taken
            taken = []
        taken.append(call)
    if taken:
        yield taken
