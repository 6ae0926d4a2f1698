"""What only a model with tools and a price shows: a call that waits for a yes, and the budget."""

from playwright.async_api import ViewportSize

from tests.pictures.desk import Desk
from tests.pictures.model import Lines

ORDER = "Please save for everyone when the workshop is open in December."
TITLE = "Workshop hours in December"
TEXT = (
    "The workshop is open from 9 to 15 on the 24th and closed from the 25th to the 28th.\n"
    "Repairs that are promised for these days move to the 29th."
)
LEAVE = "How many weeks of parental leave do we get?"
LIMIT = "What may I spend on a hotel?"
HIGH: ViewportSize = {"width": 1280, "height": 1100}
LINES = Lines(
    answers={
        "parental leave": "Every parent gets **18 weeks** at full pay, once they have been with "
        "Northwind for six months [1].",
        "hotel": "Up to **120 euros** a night, breakfast included [1].",
    },
    note={"title": TITLE, "text": TEXT},
    before="I can save this for everyone.",
    after="It is saved. Everyone is answered from it now.",
)


async def approval(desk: Desk) -> bytes:
    """A card before and after the click."""
    async with desk.seat(size=HIGH) as ana:
        await ana.send(ORDER)
        card = ana.thread.locator(".message", has_text=TITLE).last
        await ana.sees(card, *TEXT.splitlines(), "Only whoever asked can say yes", "Approve")
        await ana.settled()
        first = ana.thread.locator(".pane-head")
        before = await ana.shot_of(first, card)
        await card.get_by_role("button", name="Approve").click()
        await ana.sees(card, "Approved by", "Done.")
        answer = await ana.answered(ORDER, LINES.after)
        after = await ana.shot_of(first, answer)
        return await desk.darkroom.beside(before, after)


async def budget(desk: Desk) -> bytes:
    """What was used of which budget, at Home and by the command."""
    async with desk.seat(size=HIGH) as ana:
        await ana.command("/aegis budget set person 2 dollars a day", "From now on, each person")
        for question, seen in ((LEAVE, "18 weeks"), (LIMIT, "120 euros")):
            await ana.ask(question, seen)
        await ana.thread.get_by_role("button", name="Close").click()
        told = await ana.command("/aegis budget", "This workspace", "Persons", "Agents", "Budgets")
        page = await ana.shot_of(told)
        at_home = await ana.home("Used by you:", "dollars a day")
        tabs, first = ana.main.locator(".pane-head"), at_home.locator(".block-actions").first
        head = await ana.shot_of(tabs, first)
        return await desk.darkroom.below(head, page)
