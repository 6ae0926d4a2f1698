"""A real browser on a real sandbox, with a scripted app behind it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from bot.sandbox.server import Sandbox
from tests.browser.scripted_app import ScriptedApp, serve_app

# Nothing a browser does by itself may leave the machine.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Milliseconds that the page may take for anything. Only a test that fails waits so long; Playwright's
# own five seconds for an expectation are less than a machine with many tests at once may take.
LONGEST = 20_000
WIDE: ViewportSize = {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the run; skips where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on this machine: install it to run the browser tests")
    expect.set_options(timeout=LONGEST)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest.fixture
async def app() -> AsyncIterator[ScriptedApp]:
    async with serve_app() as scripted:
        yield scripted


@pytest.fixture
async def sandbox(app: ScriptedApp) -> AsyncIterator[Sandbox]:
    async with Sandbox.open(request_url=app.url) as sandbox:
        app.connect(sandbox.credentials)
        yield sandbox


Watched = TypeVar("Watched", bound="Screen")


@dataclass
class Screen:
    """The page as one person has it open, and what went wrong in it."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    async def open(self, place: str = "") -> None:
        """Go to `#/workspace/person/channel`; the owner's direct message when not given."""
        await self.page.goto(f"{self.base}/{place}")
        await self.page.locator(".person-button").wait_for()

    async def send(self, words: str, box: str = "composer") -> None:
        """Type into a message box and press Enter."""
        await self.page.locator(f"#{box}").fill(words)
        await self.page.locator(f"#{box}").press("Enter")


def watch(page: Page, base: str) -> Screen:
    """A screen that keeps what the browser asks for and complains about."""
    return listening(Screen(page, base))


def listening(screen: Watched) -> Watched:
    """The same screen; from now on it keeps what the browser asks for and complains about."""
    page = screen.page
    page.on("pageerror", lambda error: screen.complaints.append(str(error)))
    page.on("console", lambda said: _keep_errors(screen, said.type, said.text))
    page.on("request", lambda request: screen.requests.append(request.url))
    return screen


def _keep_errors(screen: Screen, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        screen.complaints.append(text)


@asynccontextmanager
async def open_screen(browser: Browser, base: str) -> AsyncIterator[Screen]:
    """A fresh browser profile; what the page complained about fails the test."""
    context = await browser.new_context(viewport=WIDE, color_scheme="light", locale="en-GB")
    context.set_default_timeout(LONGEST)
    screen = watch(await context.new_page(), base)
    yield screen
    await context.close()
    assert screen.complaints == []


@pytest.fixture
async def screen(browser: Browser, sandbox: Sandbox) -> AsyncIterator[Screen]:
    """The page on a sandbox with a scripted app behind it."""
    async with open_screen(browser, sandbox.url) as opened:
        yield opened
