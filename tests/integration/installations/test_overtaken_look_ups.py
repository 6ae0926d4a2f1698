"""Slack is asked who somebody is, and says something of them while it answers: the older answer,
which comes later, gives nobody back what was taken from them."""

import pytest

from bot.slack.directory import SlackDirectory
from core.tenancy import store
from core.tenancy.model import Person
from core.tenancy.recognize_person import person_changed, recognize_person
from core.tenancy.workspaces import Workspaces

ANA = "UANA"


class Overtaken:
    """Slack's directory; *meanwhile* happens after it was asked and before its answer is used."""

    def __init__(self, directory, meanwhile) -> None:
        self._directory = directory
        self._meanwhile = meanwhile
        self.asked = 0

    async def look_up(self, context, person_id, *, home_team):
        self.asked += 1
        found = await self._directory.look_up(context, person_id, home_team=home_team)
        await self._meanwhile(self.asked)
        return found


@pytest.fixture
async def known(slack, process, install, team):
    """The context of a workspace, and its directory; Ana is an admin of it."""
    context = await process.context(await install(team))
    slack.records[ANA] = {"id": ANA, "team_id": team, "is_admin": True}
    return context, SlackDirectory(process.clients, Workspaces(process.database))


async def demote(slack, context, team, **more) -> None:
    slack.records[ANA] = {"id": ANA, "team_id": team, **more}
    standing = "gone" if more.get("deleted") else "member"
    await person_changed(context, Person(ANA, standing))


async def ask(context, directory, seconds=300.0) -> Person:
    return await recognize_person(context, directory, ANA, home_team=None, fresh_seconds=seconds)


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "never seen before"])
@pytest.mark.parametrize("change", [{}, {"deleted": True}], ids=["demoted", "deactivated"])
@pytest.mark.parametrize("seconds", [300.0, 0.0], ids=["asks", "acts as an admin"])
async def test_a_demotion_during_a_look_up_holds(slack, known, team, is_known, change, seconds):
    context, directory = known
    if is_known:
        async with context.db.transaction() as tx:
            await store.put_person(tx, Person(ANA, "admin"))
            await store.doubt_person(tx, ANA, "admin")

    async def meanwhile(asked: int) -> None:
        if asked == 1:
            await demote(slack, context, team, **change)

    expected = "gone" if change else "member"
    overtaken = Overtaken(directory, meanwhile)
    assert (await ask(context, overtaken, seconds)).standing == expected
    assert (await ask(context, overtaken)).standing == expected
    assert overtaken.asked == 2


async def test_a_demotion_to_what_is_known_already_holds_too(slack, known, team):
    """The record says member already; the answer under way still says admin."""
    context, directory = known
    async with context.db.transaction() as tx:
        await store.put_person(tx, Person(ANA, "member"))

    async def meanwhile(asked: int) -> None:
        if asked == 1:
            await demote(slack, context, team)

    assert not (await ask(context, Overtaken(directory, meanwhile), 0.0)).may_administer
    assert not (await ask(context, directory)).may_administer


async def test_who_changes_whenever_slack_is_asked_gets_the_least_of_it(known):
    context, directory = known
    async with context.db.transaction() as tx:
        await store.put_person(tx, Person(ANA, "admin"))

    async def meanwhile(_: int) -> None:
        await person_changed(context, Person(ANA, "guest"))

    overtaken = Overtaken(directory, meanwhile)
    assert (await ask(context, overtaken, 0.0)).standing == "guest"
    assert overtaken.asked == 3


async def test_a_look_up_that_fails_leaves_nobody_who_is_believed(slack, known, process):
    context, directory = known
    slack.passing["users.info"] = ["missing_scope"]
    with pytest.raises(Exception, match="who is asking"):
        await ask(context, directory)

    async with context.db.transaction() as tx:
        assert await store.lock_person(tx, ANA) is None
    assert (await ask(context, directory)).may_administer
