"""What a script does at Home, in modals and with shortcuts, as a person does it on the page."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import aiohttp

from bot.cli.script.model import ScriptError, Step
from bot.cli.script.watch import APP, REACTIONS, Watch

Item = dict[str, Any]
Found = TypeVar("Found")


_KINDS: Mapping[str, Collection[str]] = {
    "open_home": ("home",),
    "submit": tuple(kind for kind in REACTIONS if kind != "home"),
}


class Windows:
    """Does one step after the other and waits for what the app shows then."""

    def __init__(
        self, http: aiohttp.ClientSession, watch: Watch, show: Callable[[Item], None]
    ) -> None:
        self._http = http
        self._watch = watch
        self._show = show

    async def do(self, step: Step) -> None:
        """Raises ScriptError when the step is refused, or when nothing comes of it."""
        since = self._watch.latest
        # A Home that is drawn anew may still be what followed the step before.
        kinds = _KINDS.get(step.action, REACTIONS)
        match step.action:
            case "open_home":
                await self._post(step, "open_home")
            case "shortcut":
                await self._shortcut(step)
            case "submit":
                await self._submit(step)
            case "close":
                await self._post(step, "close", all=step.details["all"])
                await _in_time(step, self._watch.closed(step, since), "did not close")
            case _:
                await self._use(step)
        nothing_follows = step.action == "close" or step.details.get("refused")
        if step.expects_answer and not nothing_follows:
            await _in_time(step, self._watch.reacted(step, since, kinds), "was not answered")

    async def _use(self, step: Step) -> None:
        """Press a button or pick in a menu, once it is there."""
        found = await _in_time(step, self._find(step), "found nothing like that")
        await self._post(step, "click", **found)

    async def _find(self, step: Step) -> Item:
        while True:
            seen = self._watch.latest
            views = await self._get(step, "views")
            shown = [*reversed(views["modals"]), *([views["home"]] if views["home"] else [])]
            # Only what is on top can be reached.
            for block, element in _elements(shown[0]) if shown else ():
                if used := _used(step, element):
                    ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
                    return {"view_id": shown[0]["id"]} | ids | used
            await self._watch.news(seen)

    async def _shortcut(self, step: Step) -> None:
        """On the newest message of the app here."""
        state = await self._get(step, "state")
        offered = state["app"]["shortcuts"]
        callback_ids = [
            one["callback_id"]
            for one in offered
            if step.argument in (one["name"], one["callback_id"])
        ]
        if not callback_ids:
            names = ", ".join(one["name"] for one in offered)
            raise ScriptError(f"{step}: there is no such shortcut. There are: {names}")
        ts = await _in_time(step, self._watch.newest_answer(step), "saw no message of the app")
        what = {"callback_id": callback_ids[0], "ts": ts, "in": step.place}
        told = await self._post(step, "shortcut", **what)
        _check_taken(step, told)

    async def _submit(self, step: Step) -> None:
        """With errors, if that is what is wanted, and only then."""
        told = await self._post(step, "submit", fields=step.details["fields"])
        if told["trouble"]:
            raise ScriptError(f"{step}: {told['trouble']}")
        words = "; ".join(f"{block}: {said}" for block, said in told["errors"].items())
        if words:
            self._tell(step, words)
        if bool(words) is not step.details["refused"]:
            raise ScriptError(f"{step}: {words or 'met no errors'}")

    async def _get(self, step: Step, what: str) -> Item:
        query = {"workspace": step.workspace, "person": step.person}
        async with self._http.get(f"/sandbox/{what}", params=query) as answer:
            return await _checked(step, answer)

    async def _post(self, step: Step, act: str, **what: Any) -> Item:
        body = {"workspace": step.workspace, "person": step.person} | what
        async with self._http.post(f"/sandbox/{act}", json=body) as answer:
            return await _checked(step, answer)

    def _tell(self, step: Step, words: str) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        item = {"at": now, "workspace": step.workspace, "channel": "", "thread": None}
        self._show(
            item | {"seen_by": [step.person], "author": APP, "kind": "errors", "text": words}
        )


def _elements(view: Item) -> Iterator[tuple[Item, Item]]:
    for block in view["blocks"]:
        for element in (block.get("accessory"), *block.get("elements", [])):
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def _used(step: Step, element: Item) -> Item | None:
    """What is sent when this is the element that the step means."""
    if step.action == "pick":
        if element["action_id"] != step.details["menu"]:
            return None
        return {"selected": step.details["option"]}
    words = (element.get("text") or {}).get("text")
    wanted = step.details.get("value")
    if element["type"] != "button" or step.argument not in (words, element["action_id"]):
        return None
    if wanted is not None and wanted != element.get("value"):
        return None
    return {"value": element.get("value", ""), "text": words}


def _check_taken(step: Step, told: Item) -> None:
    status = told["status"]
    if status != "acked" and not (isinstance(status, int) and status < 300):
        raise ScriptError(f"{step}: the app did not take it: {status}")


async def _in_time(step: Step, waiting: Awaitable[Found], words: str) -> Found:
    try:
        async with asyncio.timeout(step.within_s):
            return await waiting
    except TimeoutError:
        raise ScriptError(f"{step}: {words} within {step.within_s:g} s") from None


async def _checked(step: Step, answer: aiohttp.ClientResponse) -> Item:
    body: Item = await answer.json(content_type=None)
    if answer.status >= 400:
        raise ScriptError(f"{step}: {body.get('error', answer.status)}")
    return body
