"""Documents take turns at the model, step by step; and how much room there is, to the last document."""

import asyncio

import pytest

from core.kernel.errors import Refused
from core.knowledge.arrivals.in_turn import InTurn
from core.knowledge.arrivals.model import Held, Quota, check_room


class Model:
    """A stand-in that notes whose step it was, and how many it had at once."""

    name = "stand-in"

    def __init__(self):
        self.steps, self.at_once, self.most = [], 0, 0

    def count(self, text):
        return len(text)

    def rarity(self, word):
        return 0.5

    async def embed(self, texts):
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.steps.append(texts[0])
        await asyncio.sleep(0)
        self.at_once -= 1
        return [[1.0] for _ in texts]


async def test_a_page_that_comes_second_is_not_behind_a_book():
    model = Model()
    in_turn = InTurn(model)

    async def index(whose, steps):
        for _ in range(steps):
            await in_turn.embed([whose])

    await asyncio.gather(index("book", 20), index("page", 2))

    assert model.steps[:4] == ["book", "page", "book", "page"]
    assert model.most == 1
    assert (in_turn.name, in_turn.count("abc"), in_turn.rarity("the")) == ("stand-in", 3, 0.5)


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (Held(3, 10, 2_000_000), None),
        (Held(4, 1, 1), "at most 3 documents,"),
        (Held(1, 11, 1), "at most 10 passages,"),
        (Held(1, 1, 2_000_001), "at most 2 MB of text,"),
    ],
)
def test_what_is_more_than_the_quota_is_refused_in_words(held, words):
    quota = Quota(documents=3, chunks=10, text_bytes=2_000_000)
    if words is None:
        check_room(quota, held)
    else:
        with pytest.raises(Refused, match=words):
            check_room(quota, held)
