"""What the documents do not answer is collected for admins; a private question only if its asker says so."""

from handlers.blocks.review.gaps import NOTHING_OWN
from tests.stage import spoken

CHANNEL_ASKED = "@aegis what is the wifi password of the lounge?"
PRIVATE_ASKED = "Where do I park my motorbike at night?"


async def play(stage, *steps):
    return spoken(await stage.play("[" + ", ".join(steps) + "]"))


def asks(person, words, where="dm"):
    return f'{{workspace: northwind, person: {person}, in: {where}, say: "{words}"}}'


def types(person, words):
    return f'{{workspace: northwind, person: {person}, in: dm, command: "{words}"}}'


def clicks(person, words):
    return f'{{workspace: northwind, person: {person}, in: dm, click: "{words}"}}'


async def test_admins_read_what_was_asked_in_channels_and_count_the_rest(stage):
    await play(
        stage,
        asks("cho", CHANNEL_ASKED, "'#general'"),
        asks("ben", "@aegis wifi password for the lounge please", "'#general'"),
        asks("cho", PRIVATE_ASKED),
        asks("cho", "Good morning!"),
    )
    page = await play(stage, types("ana", "/aegis gaps"))
    assert "wifi password" in page
    assert "asked 2 times" in page
    assert "motorbike" not in page
    assert "1 further question was asked in direct messages" in page


async def test_who_asked_in_private_can_tell_the_admins_and_nobody_else_can(stage):
    await play(stage, asks("cho", PRIVATE_ASKED), asks("ben", "Hello"))
    admins = await play(stage, types("ana", "/aegis gaps"))
    assert "Nothing was asked in a public channel" in admins
    assert "1 question was asked in direct messages" in admins
    assert "motorbike" not in await play(stage, types("ben", "/aegis gaps"))
    pressed_twice = [clicks("cho", "Tell the admins")] * 2
    own = await play(stage, types("cho", "/aegis gaps"), *pressed_twice)
    assert "motorbike" in own
    assert own.count("The admins see this question now") == 2
    assert "motorbike" in await play(stage, types("ana", "/aegis gaps"))


async def test_what_is_dismissed_is_gone_with_all_that_is_like_it(stage):
    await play(
        stage,
        asks("cho", CHANNEL_ASKED, "'#general'"),
        asks("ben", "@aegis wifi password for the lounge please", "'#general'"),
    )
    said = await play(stage, types("ana", "/aegis gaps"), clicks("ana", "Dismiss"))
    assert "Dismissed, with 2 asked" in said
    assert "wifi" not in await play(stage, types("ana", "/aegis gaps"))


async def test_what_is_answered_is_no_gap(stage):
    await stage.add_document(
        "northwind", "Parking.md", "# Parking\n\nMotorbikes are parked in the yard at night.\n"
    )
    await play(stage, asks("cho", "@aegis where are motorbikes parked at night?", "'#general'"))
    assert "Nothing was asked" in await play(stage, types("ana", "/aegis gaps"))


async def test_the_same_question_stands_once_in_ones_own_list_and_is_told_once(stage):
    """Asked again in private, or simply again: one question."""
    await play(
        stage,
        asks("cho", PRIVATE_ASKED),
        asks("cho", PRIVATE_ASKED.upper().replace(" ", "  ")),
        asks("ben", PRIVATE_ASKED),
    )
    own = await play(stage, types("cho", "/aegis gaps"), clicks("cho", "Tell the admins"))
    listed, _, told = own.lower().partition("the admins see this question now")
    assert (listed.count("motorbike"), told.count("motorbike")) == (1, 1)

    assert NOTHING_OWN in await play(stage, types("cho", "/aegis gaps"))
    assert "motorbike" in await play(stage, types("ben", "/aegis gaps"))
    admins = await play(stage, types("ana", "/aegis gaps"))
    assert "asked 2 times" in admins
    assert "1 further question was asked" in admins
