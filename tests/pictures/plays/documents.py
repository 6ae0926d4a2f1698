"""What AEGIS answers from: a file's card, a message that is saved, the list, and what is lacking."""

from playwright.async_api import ViewportSize

from tests.pictures.desk import Desk

NARROW: ViewportSize = {"width": 1080, "height": 800}
LOW: ViewportSize = {"width": 1280, "height": 542}
HIGH: ViewportSize = {"width": 1280, "height": 1100}
# Long enough that its card says how far it is before it is there.
RULE = "Rain or shine, the tent stays closed at night and the bicycles go back into the van. "
GUIDE = "# Spring fair\n\n" + "\n\n".join(
    f"## Stand {number}\n\nStand {number} of the spring fair shows bicycle number {number}, with a "
    f"bell, a basket and lights, and is looked after from nine to six by two of us. {RULE * 8}"
    for number in range(1, 201)
)
SPOKEN = (
    ("ana", "The winter rota is out: see the board in the tea kitchen."),
    ("ben", "Thanks! Who has the first Saturday?"),
    ("ana", "Marek and Noor, then the two of us."),
    ("cho", "The spare key of the workshop hangs behind the compressor now."),
)
WIFI = "What is the wifi password for the lounge?"
DENTIST = "Which dentist does our health plan cover?"
ASKED = (("cho", WIFI), ("ben", "wifi password for the lounge please"), ("ben", DENTIST))
MOTORBIKE = "May I park my motorbike in the yard overnight?"
NOTHING = "I found nothing on this"


async def file_card(desk: Desk) -> bytes:
    """A file's card while it is indexed, and when it is there."""
    async with desk.seat() as ana:
        await ana.drop("spring-fair.md", GUIDE)
        await ana.sees(ana.thread, "I am indexing spring-fair.md", "passages.", "Never mind")
        card = ana.thread.locator(".message").last
        first = ana.thread.locator(".pane-head")
        under_way = await ana.shot_of(first, card)
        assert "I am indexing" in await card.inner_text(), "it was read before the shot was taken"
        await ana.sees(card, "I have read spring-fair.md", "Add to knowledge?", "Forget it")
        ready = await ana.shot_of(first, card)
        return await desk.darkroom.beside(under_way, ready)


async def save_message(desk: Desk) -> bytes:
    """The menu of a message, and the card of what was saved."""
    async with desk.seat("northwind/ana") as seat:
        await seat.enter("general")
        for person, words in SPOKEN:
            await seat.become(person)
            await seat.send(words)
            await seat.sees(seat.main.locator(".message").last, words)
    async with desk.seat("northwind/ben", size=LOW) as ben:
        await ben.enter("general")
        message = await ben.sees(ben.main.locator(".message").last, SPOKEN[-1][1])
        item = await ben.menu_of(message, "Save to knowledge base")
        menu = await ben.shot_of(ben.main, pointing=True)
        await item.click()
        await ben.enter("AEGIS")
        card = ben.main.locator(".message").last
        await ben.sees(card, "I have saved", "Add to knowledge?", "Forget it")
        return await desk.darkroom.below(menu, await ben.shot_of(card))


async def kb(desk: Desk) -> bytes:
    """The list of documents, their counts, a passage."""
    async with desk.seat("northwind/ben", size=HIGH) as ben:
        await ben.drop("spring-fair.md", "# Fair\n\nOur stand at the spring fair is number 14.\n")
        await ben.sees(ben.thread, "I have read spring-fair.md")
        await ben.thread.get_by_role("button", name="Close").click()
        first = await ben.command("/aegis kb list", "spring-fair.md", "only you", "everyone")
        await ben.command("/aegis kb status", "1 for you alone")
        last = await ben.command("/aegis kb search hotel limit", "Expenses", "120 euros")
        return await ben.shot_of(first, last)


async def gaps(desk: Desk) -> bytes:
    """What no document answered, as an admin and as a member read it."""
    async with desk.seat("northwind/cho") as cho:
        await cho.enter("general")
        for name, question in (
            ("cho", WIFI),
            ("ben", "wifi password for the lounge please"),
            ("ben", DENTIST),
        ):
            await cho.become(name)
            await cho.mention(question, NOTHING)
    async with desk.seat("northwind/cho", size=NARROW) as cho:
        await cho.ask(MOTORBIKE, NOTHING)
        await cho.thread.get_by_role("button", name="Close").click()
        own = await cho.command("/aegis gaps", MOTORBIKE, "Tell the admins")
        theirs = await cho.shot_of(own)
    async with desk.seat("northwind/ana", size=NARROW) as ana:
        page = await ana.command("/aegis gaps", "asked 2 times", DENTIST, "1 further question")
        return await desk.darkroom.below(await ana.shot_of(page), theirs)
