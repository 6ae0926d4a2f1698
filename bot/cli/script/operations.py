"""What a script does to the sandbox itself: installs, tokens, faults, accounts, other bots."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.cli.script.browser import Browser, Form, NoSuchThing, Page
from bot.cli.script.load import Load
from bot.cli.script.model import OPERATIONS, ScriptError, Step

Item = dict[str, Any]
ADD, ALLOW, CANCEL = "Add to Slack", "Allow", "Cancel"
# Where each is done; install and renewed are more than one call.
_PATHS = {name: name for name in OPERATIONS} | {"change": "person"}
_LOOK_AGAIN_S = 0.05
_LONGEST = 300  # characters of a page that are shown


class Operations:
    """Does one after the other, and shows each as a line beside what persons and the app say."""

    def __init__(self, http: aiohttp.ClientSession, show: Callable[[Item], None]) -> None:
        self._http = http
        self._show = show
        # The token each workspace had when a script made it expire, and how often any was renewed.
        self._expired: dict[str, tuple[str, int]] = {}

    async def do(self, step: Step) -> None:
        """Raises ScriptError when the sandbox or a page refuses."""
        match step.action:
            case "install":
                await self._install(step)
            case "renewed":
                await self._renewed(step)
            case "load":
                await self._load(step)
            case "faults":
                await self._ask("PUT", "faults", step)
                self._tell(step, step.action, step.argument)
            case _:
                if step.action == "expire_token":
                    await self._note_token(step)
                await self._ask("POST", _PATHS[step.action], step)
                self._tell(step, step.action, step.argument)

    async def _install(self, step: Step) -> None:
        """As a person does it: the install page, Slack's question, Allow or Cancel, the outcome."""
        async with self._http.get("/sandbox/state") as answer:
            address = (await answer.json())["app"]["install_url"]
        if not address:
            raise ScriptError(f"{step}: the app has no install page")
        try:
            async with Browser(address) as browser:
                await self._click_through(browser, step)
        except NoSuchThing as error:
            raise ScriptError(f"{step}: {error}") from None

    async def _click_through(self, browser: Browser, step: Step) -> None:
        page = self._saw(step, await browser.open())
        page = self._saw(step, await browser.follow(page, ADD))
        if not page.forms:
            raise ScriptError(f"{step}: {page.title}: {' '.join(page.lines)[:_LONGEST]}")
        cancels = bool(step.details.get("cancel"))
        form = page.forms[0]
        press = CANCEL if cancels else ALLOW
        done = self._saw(step, await browser.send(form, press, _seat(form, step)))
        if (done.status != 200) is not cancels:
            raise ScriptError(f"{step}: {done.title}: {' '.join(done.lines)[:_LONGEST]}")

    async def _renewed(self, step: Step) -> None:
        """The app has exchanged its refresh token: the workspace's token is another one."""
        if step.workspace not in self._expired:
            raise ScriptError(f"{step}: no step before has made its token expire")
        before, known = self._expired[step.workspace]
        try:
            async with asyncio.timeout(step.within_s):
                await self._until_other_token(step, before)
        except TimeoutError:
            raise ScriptError(f"{step}: was not renewed within {step.within_s:g} s") from None
        outcomes = (await self._renewals(step))[known:]
        if outcomes != ["renewed"]:
            raise ScriptError(f"{step}: asked Slack for it more than once: {', '.join(outcomes)}")
        words = "calls of oauth.v2.access with a refresh token since the token has expired: 1"
        self._tell(step, "renewed", f"{words} (renewed)")

    async def _load(self, step: Step) -> None:
        async def expire() -> None:
            await self._note_token(step)
            body = {"workspace": step.workspace}
            async with self._http.post("/sandbox/expire_token", json=body) as answer:
                answer.raise_for_status()
            self._tell(step, "expire_token", f"workspace: {step.workspace}")

        self._tell(step, "load", f"{step.details['questions']} questions begin")
        self._tell(step, "load", await Load(self._http, step).run(expire))

    async def _note_token(self, step: Step) -> None:
        self._expired[step.workspace] = await self._token(step), len(await self._renewals(step))

    async def _renewals(self, step: Step) -> list[str]:
        """How each call with a refresh token of this workspace went, in order."""
        async with self._http.get("/sandbox/renewals") as answer:
            lines = [json.loads(line) for line in (await answer.text()).splitlines()]
        return [line["outcome"] for line in lines if line["workspace"] == step.workspace]

    async def _until_other_token(self, step: Step, before: str) -> None:
        token = await self._token(step)
        while token in ("", before):
            await asyncio.sleep(_LOOK_AGAIN_S)
            token = await self._token(step)

    async def _token(self, step: Step) -> str:
        async with self._http.get("/sandbox/credentials") as answer:
            workspaces = (await answer.json())["workspaces"]
        for workspace in workspaces:
            if step.workspace in (workspace["name"], workspace["id"]):
                return str(workspace["bot_token"] or "")
        return ""

    async def _ask(self, method: str, path: str, step: Step) -> None:
        body = dict(step.details)
        async with self._http.request(method, f"/sandbox/{path}", json=body) as answer:
            if answer.status >= 400:
                said = await answer.json(content_type=None)
                raise ScriptError(f"{step}: {said.get('error', answer.status)}")

    def _saw(self, step: Step, page: Page) -> Page:
        words = " · ".join(line for line in page.lines if line != page.title)
        self._tell(step, "page", f"{page.title}: {words}"[:_LONGEST])
        return page

    def _tell(self, step: Step, kind: str, text: str) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._show(
            {
                "at": now,
                "workspace": step.workspace or step.details.get("organization"),
                "channel": None,
                "thread": None,
                "seen_by": [step.person] if step.person else [],
                "author": step.person or None,
                "kind": kind,
                "text": text,
            }
        )


def _seat(form: Form, step: Step) -> dict[str, str]:
    """Where and as whom the app is to be installed, if Slack's page offers it."""
    wanted = f"{step.details.get('workspace') or step.details['organization']}/{step.person}"
    for name, offered in form.choices.items():
        if wanted in offered:
            return {name: wanted}
    raise ScriptError(f"{step}: may not install it there")
