"""A browser without a screen: it opens pages, follows links, sends forms and keeps its cookies."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp

_SILENT = frozenset({"script", "style", "title", "option"})
_LINES = frozenset({"h1", "h2", "h3", "p", "li", "dt", "dd", "label", "legend", "button", "div"})


class NoSuchThing(Exception):
    """The page has no such link, form or button; the message says what it has."""


@dataclass
class Form:
    """What is sent where. *fields* holds what a browser would send if nothing were touched,
    *choices* the values each list or group of radio buttons offers, *buttons* what each sends."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Page:
    """A page as it came: its address after all redirects, and what stands on it."""

    address: str
    status: int
    title: str = ""
    lines: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)


class Browser:
    """One person's browser: a cookie belongs to it and to no other."""

    def __init__(self, home: str) -> None:
        # A cookie marked Secure is kept from this machine as well, as real browsers do.
        parts = urlsplit(home)
        origin = f"{parts.scheme}://{parts.netloc}"
        jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=origin)
        self._http = aiohttp.ClientSession(cookie_jar=jar)
        self._home = home

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.close()

    async def open(self, address: str | None = None) -> Page:
        """The page at *address*, or where this browser starts."""
        async with self._http.get(address or self._home) as answer:
            return await _read(answer)

    async def follow(self, page: Page, words: str) -> Page:
        """Click the link that says *words*. Raises NoSuchThing."""
        if words not in page.links:
            raise NoSuchThing(f"no link {words!r} on {page.title!r}: {', '.join(page.links)}")
        return await self.open(page.links[words])

    async def send(self, form: Form, press: str, chosen: dict[str, str] | None = None) -> Page:
        """Fill the form in and press the button that says *press*. Raises NoSuchThing."""
        if press not in form.buttons:
            raise NoSuchThing(f"no button {press!r}: {', '.join(form.buttons)}")
        sent = form.fields | (chosen or {})
        name, value = form.buttons[press]
        if name:
            sent[name] = value
        if form.method == "get":
            async with self._http.get(form.action, params=sent) as answer:
                return await _read(answer)
        async with self._http.post(form.action, data=sent) as answer:
            return await _read(answer)


async def _read(answer: aiohttp.ClientResponse) -> Page:
    page = Page(str(answer.url), answer.status)
    reader = _Reader(page)
    reader.feed(await answer.text())
    reader.close()
    reader.end_line()
    return page


class _Reader(HTMLParser):
    """Takes from a page what a person would see and touch."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._words = ""
        self._within: list[str] = []
        self._link: tuple[str, str] | None = None
        self._button: tuple[str, str, str] | None = None
        self._list = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in _LINES:
            self.end_line()
        if tag in _SILENT:
            self._within.append(tag)
        if tag == "a" and given.get("href"):
            self._link = (urljoin(self._page.address, given["href"]), "")
        if tag == "form":
            action = urljoin(self._page.address, given.get("action", ""))
            self._page.forms.append(Form(action, given.get("method", "get").lower()))
        if self._page.forms:
            self._part_of_form(self._page.forms[-1], tag, given)

    def _part_of_form(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "button":
            self._button = (name, value, "")
        elif tag == "select":
            self._list = name
            form.choices[name] = []
        elif tag == "option" and self._list:
            form.choices[self._list].append(value)
            if self._list not in form.fields or "selected" in given:
                form.fields[self._list] = value
        elif tag == "input" and given.get("type") == "radio":
            form.choices.setdefault(name, []).append(value)
            if "checked" in given:
                form.fields[name] = value
        elif tag == "input" and name and given.get("type") != "submit":
            form.fields[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._within:
            self._within.pop()
        if tag == "a" and self._link:
            address, words = self._link
            self._page.links[" ".join(words.split())] = address
            self._link = None
        if tag == "button" and self._button and self._page.forms:
            name, value, words = self._button
            self._page.forms[-1].buttons[" ".join(words.split())] = (name, value)
            self._button = None
        if tag == "select":
            self._list = ""
        if tag in _LINES:
            self.end_line()

    def handle_data(self, data: str) -> None:
        if "title" in self._within:
            self._page.title += data.strip()
        if self._within:
            return
        if self._link:
            self._link = (self._link[0], self._link[1] + data)
        if self._button:
            self._button = (*self._button[:2], self._button[2] + data)
        self._words += data

    def end_line(self) -> None:
        """What was read since the last line is a line of its own."""
        if line := " ".join(self._words.split()):
            self._page.lines.append(line)
        self._words = ""
