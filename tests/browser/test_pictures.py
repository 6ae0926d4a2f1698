"""The pictures of the documents: one is played to its end, and none shows what cannot be read."""

import base64
import struct

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Screen
from tests.pictures import desk as desk_module
from tests.pictures.album import ALBUM, take
from tests.pictures.darkroom import PIXELS, Darkroom
from tests.pictures.desk import Desk, Seat
from tests.pictures.png import HEAD

# Two surfaces and letters between them, in the shades of grey that a font is drawn with.
PLAIN = (
    '<body style="margin: 0; background: #fbf8ec"><p style="background: #272246; color: #fff">Yes'
)


@pytest.fixture
async def darkroom(browser):
    page = await browser.new_page(viewport={"width": 200, "height": 100})
    yield Darkroom(page)
    await page.close()


async def test_a_picture_is_played_and_made_small(browser, stage, darkroom):
    made = await take(ALBUM["edit-agent"], Desk(browser, stage.sandbox.url, darkroom))

    assert made.startswith(HEAD)
    assert struct.unpack(">II", made[16:24]) == (1280, 800)
    assert len(made) < 60_000


async def test_what_cannot_be_read_is_no_picture(screen: Screen, monkeypatch):
    monkeypatch.setattr(desk_module, "PATIENCE", 1)
    seat = Seat(screen.page, screen.base)
    await seat.open()

    with pytest.raises(AssertionError, match="A word that is nowhere"):
        await seat.sees(seat.main, "A word that is nowhere")
    screen.complaints.clear()


async def test_few_colours_stay_what_they_are(darkroom):
    page = darkroom.page
    await page.set_content(PLAIN)
    shot = await page.screenshot()
    made = await darkroom.developed(shot)

    async def pixels(png):
        address = "data:image/png;base64," + base64.b64encode(png).decode()
        return await page.evaluate(PIXELS, address)

    assert await pixels(made) == await pixels(shot)


async def test_shots_are_laid_side_by_side(darkroom):
    await darkroom.page.set_content(PLAIN)
    shot = await darkroom.page.screenshot()

    both = await darkroom.beside(shot, shot)

    width, height = struct.unpack(">II", both[16:24])
    assert (width, height) == (2 * 202 + 12, 114)
    await expect(darkroom.page.locator("img")).to_have_count(2)
