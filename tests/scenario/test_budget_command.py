"""`/aegis budget` on the sandbox's wire: what was used, limits in words, and the refusal they lead to."""

from tests.stage import spoken


def typed(person: str, words: str) -> str:
    return (
        f'- {{workspace: northwind, person: {person}, in: dm, command: "/aegis budget {words}"}}\n'
    )


def asked(person: str) -> str:
    return f'- {{workspace: northwind, person: {person}, in: dm, say: "Where does the van key hang?"}}\n'


async def test_a_limit_set_in_words_is_kept_and_told(stage):
    await stage.add_document("northwind", "Keys.md", "# Keys\n\nThe van key hangs by the door.\n")

    set_to = spoken(await stage.play(typed("ana", "set person 100 tokens a day")))
    answered = spoken(await stage.play(asked("ana")))
    refused = spoken(await stage.play(asked("ana")))
    page = spoken(await stage.play(typed("ana", "")))
    cleared = spoken(await stage.play(typed("ana", "clear person")))
    again = spoken(await stage.play(asked("ana")))

    assert "From now on, each person: 100 tokens a day" in set_to
    assert "by the door" in answered
    assert "The budget of the person who asks is used up for today: 100 tokens." in refused
    assert "0 tokens left of 100 tokens a day (each person)" in page
    assert "This workspace" in page
    assert "That budget is cleared." in cleared
    assert "by the door" in again


async def test_a_member_sees_their_own_and_sets_nothing(stage):
    page = spoken(await stage.play(typed("ben", "")))
    refused = spoken(await stage.play(typed("ben", "set tenant 1 token a day")))

    assert "You" in page
    assert "This workspace" not in page
    assert "for admins" in refused.lower()


async def test_words_that_are_no_budget_get_help(stage):
    said = spoken(await stage.play(typed("ana", "set everything 5 bananas") + typed("ana", "burn")))

    assert "A budget is of the tenant, of a person or of an agent." in said
    assert "I do not know `/aegis budget burn`" in said
