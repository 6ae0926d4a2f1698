"""An answer and what it is made of: the first look, its reasons, a source, what was left out."""

from playwright.async_api import ViewportSize

from tests.pictures.desk import Desk

STIPEND = "What is the bike stipend?"
LEAVE = "How many weeks of parental leave do we get?"
STAND = "What number is our stand at the spring fair?"
HANDBOOK = "employee-handbook.pdf, page 4"
HIGH: ViewportSize = {"width": 1280, "height": 890}
LOW: ViewportSize = {"width": 1280, "height": 620}


async def demo(desk: Desk) -> bytes:
    """Two companies ask the same; one has the document."""
    async with desk.seat("northwind/ana", size=HIGH) as ana:
        await ana.ask(STIPEND, "900 euros", "employee-handbook.pdf, page 5", "Open [1]")
        ours = await ana.shot()
    async with desk.seat("harbor/dora", dark=True, size=LOW) as dora:
        await dora.ask(STIPEND, "I found nothing on this in your documents")
        theirs = await dora.shot()
    return await desk.darkroom.framed(ours, theirs)


async def why(desk: Desk) -> bytes:
    """“Why this answer?”, over the answer."""
    async with desk.seat() as ana:
        answer = await ana.ask(LEAVE, "18 weeks", HANDBOOK)
        await (await ana.menu_of(answer, "Why this answer?")).click()
        await ana.window("Why this answer?", HANDBOOK, "tokens", "Good answer")
        return await ana.shot()


async def source(desk: Desk) -> bytes:
    """The passage behind a number."""
    async with desk.seat() as ana:
        answer = await ana.ask(LEAVE, "18 weeks", HANDBOOK)
        await answer.get_by_role("button", name="Open [1]").click()
        await ana.window("Source", HANDBOOK, "Every parent gets 18 weeks")
        return await ana.shot()


async def withheld(desk: Desk) -> bytes:
    """In a channel one source is left out, and offered to the asker alone."""
    async with desk.seat() as ana:
        await ana.drop("spring-fair.md", "# Fair\n\nOur stand at the spring fair is number 14.\n")
        await ana.sees(ana.thread, "I have read spring-fair.md")
        await ana.enter("general")
        await ana.mention(STAND, "Only visible to you", "Answer me privately")
        await ana.sees(ana.thread, "1 source left out here")
        return await ana.shot()
