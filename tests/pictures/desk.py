"""A seat at the page: what a person does there, and what has to be seen before a shot is taken."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, FilePayload, FloatRect, Locator, ViewportSize, expect

from tests.browser.conftest import Screen, listening
from tests.pictures.darkroom import Darkroom

SIZE: ViewportSize = {"width": 1280, "height": 800}
PATIENCE = 180_000  # milliseconds: a file is read piece by piece, on a machine others use, too


@dataclass
class Seat(Screen):
    """The page as one person has it open."""

    @property
    def main(self) -> Locator:
        return self.page.locator("#main")

    @property
    def thread(self) -> Locator:
        return self.page.locator("#thread")

    async def enter(self, channel: str) -> None:
        """Go to a channel by the list at the side."""
        name = self.page.get_by_text(channel, exact=True)
        await self.page.locator(".room").filter(has=name).click()

    async def drop(self, name: str, text: str) -> None:
        """Send a file here."""
        file: FilePayload = {"name": name, "mimeType": "text/markdown", "buffer": text.encode()}
        await self.page.locator("input[type=file]").first.set_input_files(file)
        await self.page.locator("#composer").press("Enter")

    async def become(self, name: str) -> None:
        """Look through another person's eyes."""
        await self.page.locator(".person-button").click()
        await self.page.locator(f'.person-menu [data-id="{name}"]').click()

    async def command(self, words: str, *seen: str) -> Locator:
        """Type a slash command; the app's message to it, once *seen* stands there."""
        await self.send(words)
        newest = await self.sees(self.main.locator(".message").last, *seen)
        return self.main.locator(f'[data-ts="{await newest.get_attribute("data-ts")}"]')

    async def ask(self, question: str, *seen: str) -> Locator:
        """Ask in a new thread; the answer once it is complete, with all of *seen* in it."""
        await self.send(question)
        return await self.answered(question, *seen)

    async def mention(self, question: str, *seen: str) -> Locator:
        """Ask in a channel; the answer in the thread below the question."""
        await self.send(f"@AEGIS {question}")
        asked = self.main.locator(".message", has_text=question).last
        await asked.locator(".thread-summary").click()
        return await self.answered(question, *seen)

    async def answered(self, question: str, *seen: str) -> Locator:
        """The last word of the thread that *question* began, once nobody writes any more."""
        await self.sees(self.thread.locator(".message").first, question)
        answer = await self.sees(self.thread.locator(".message").last, *seen)
        await self.settled()
        return answer

    async def settled(self) -> None:
        """Nothing is being written, nobody is thinking, and no note lies over the page."""
        for passing in (".cursor", ".dots", ".toast", "[aria-busy=true]"):
            await expect(self.page.locator(passing)).to_have_count(0, timeout=PATIENCE)

    async def home(self, *seen: str) -> Locator:
        """The app's Home tab."""
        await self.page.get_by_role("button", name="Home", exact=True).click()
        return await self.sees(self.page.locator("#home"), *seen)

    async def messages(self) -> None:
        """Back from Home to the direct message."""
        await self.page.get_by_role("button", name="Messages", exact=True).click()
        await self.sees(self.page.locator("#composer"))

    async def menu_of(self, message: Locator, item: str) -> Locator:
        """The menu of a message, with the pointer on *item*."""
        await message.hover()
        await message.get_by_role("button", name="More actions").click()
        found = self.page.get_by_role("menuitem", name=item)
        await found.hover()
        return found

    async def window(self, title: str, *seen: str) -> Locator:
        """The modal with this title."""
        return await self.sees(self.page.get_by_role("dialog", name=title), *seen)

    async def sees(self, place: Locator, *seen: str) -> Locator:
        """*place*, once all of *seen* is there to read."""
        for words in seen:
            await expect(place).to_contain_text(words, timeout=PATIENCE)
        await expect(place).to_be_visible(timeout=PATIENCE)
        return place

    async def shot(self) -> bytes:
        """The whole window."""
        await self._ready()
        return await self.page.screenshot()

    async def shot_of(
        self, first: Locator, last: Locator | None = None, *, pointing: bool = False
    ) -> bytes:
        """What stands from the one to the other; *pointing*: the pointer stays where it is."""
        await self._ready(pointing=pointing)
        boxes = [await _box(one) for one in (first, last or first)]
        left, top = (min(box[side] for box in boxes) for side in ("x", "y"))
        right = max(box["x"] + box["width"] for box in boxes)
        bottom = max(box["y"] + box["height"] for box in boxes)
        clip: FloatRect = {"x": left, "y": top, "width": right - left, "height": bottom - top}
        return await self.page.screenshot(clip=clip)

    async def _ready(self, *, pointing: bool = False) -> None:
        """The page has nothing to complain about, and its letters are there."""
        assert self.complaints == []
        if not pointing:
            await self.page.mouse.move(0, 0)
        await self.page.evaluate("document.fonts.ready")


@dataclass(frozen=True)
class Desk:
    """One browser on one demo, and what makes pictures of shots."""

    browser: Browser
    base: str
    darkroom: Darkroom

    @asynccontextmanager
    async def seat(
        self, who: str = "northwind/ana", *, dark: bool = False, size: ViewportSize = SIZE
    ) -> AsyncIterator[Seat]:
        """The page of its own profile, in that person's direct message with the app."""
        context = await self.browser.new_context(
            viewport=size,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
        )
        context.set_default_timeout(PATIENCE)
        seat = listening(Seat(await context.new_page(), self.base))
        await seat.open(f"#/{who}")
        yield seat
        await context.close()


async def _box(place: Locator) -> FloatRect:
    box = await place.bounding_box()
    assert box is not None
    return box
