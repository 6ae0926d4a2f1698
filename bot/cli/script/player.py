"""Play a script against the sandbox's control API, and report what became visible."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp

from bot.cli.script.model import OPERATIONS, Script, ScriptError, Step
from bot.cli.script.operations import Operations
from bot.cli.script.watch import Watch
from bot.cli.script.window_steps import WINDOW_ACTIONS
from bot.cli.script.windows import Windows

Item = dict[str, Any]
Found = TypeVar("Found")
SHOWN = ("at", "workspace", "channel", "thread", "seen_by", "author", "kind", "text")


class Player:
    """Does what persons do, one step after the other, and waits for each answer to be complete."""

    def __init__(self, http: aiohttp.ClientSession, show: Callable[[Item], None]) -> None:
        self._http = http
        self._show = show
        self._operations = Operations(http, show)
        self._watch = Watch()
        self._windows = Windows(http, self._watch, show)
        self._reading: asyncio.Task[None] | None = None
        # Where each person last spoke or was answered, for `thread: last`.
        self._threads: dict[tuple[str, str, str], str] = {}

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self._read_feed())
        await self._watch.until_connected()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._reading is not None
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def play(self, script: Script) -> None:
        """Raises ScriptError when a step is refused or its answer never comes."""
        for index, step in enumerate(script.steps):
            following = script.steps[index + 1 :]
            stops_next = bool(following) and following[0].action == "stop"
            if step.action in OPERATIONS:
                await self._operations.do(step)
            elif step.action in WINDOW_ACTIONS:
                await self._windows.do(step)
            else:
                await self._take(step, script.folder, waits=step.expects_answer and not stops_next)

    async def _take(self, step: Step, folder: Path, *, waits: bool) -> None:
        since = self._watch.latest
        match step.action:
            case "say":
                await self._say(step)
            case "command":
                await self._command(step)
            case "click":
                await self._click(step)
            case "upload":
                await self._upload(step, folder)
            case "stop":
                await self._stop(step)
            case _:
                await self._wait(step)
        if waits and step.action not in ("stop", "wait"):
            answered = self._watch.answered(step, since)
            await self._in_time(step, answered, "was not answered")

    async def _say(self, step: Step) -> None:
        said = await self._post(step, "say", text=step.argument, thread=self._thread(step))
        self._threads[_key(step)] = self._thread(step) or said["ts"]

    async def _command(self, step: Step) -> None:
        await self._post(step, "command", text=step.argument, thread=self._thread(step))
        self._threads.pop(_key(step), None)

    async def _click(self, step: Step) -> None:
        """Press the newest button that carries this text or action id, once it is there."""
        seeing = self._watch.button(step, step.argument)
        ts, action_id = await self._in_time(step, seeing, "found no such button")
        await self._post(step, "click", ts=ts, action_id=action_id)

    async def _upload(self, step: Step, folder: Path) -> None:
        path = folder / step.argument
        form = aiohttp.FormData({"workspace": step.workspace, "person": step.person})
        form.add_field("in", step.place)
        if step.comment:
            form.add_field("comment", step.comment)
        if thread := self._thread(step):
            form.add_field("thread", thread)
        content = await asyncio.to_thread(path.read_bytes)
        form.add_field("file", content, filename=path.name)
        async with self._http.post("/sandbox/upload", data=form) as answer:
            said = await _checked(step, answer)
        self._threads[_key(step)] = self._thread(step) or said["ts"]

    async def _stop(self, step: Step) -> None:
        """After the first visible words of the answer."""
        thread = self._thread_of(step) or self._watch.newest_thread(step)
        started = self._watch.started(step, thread)
        thread = await self._in_time(step, started, "saw no answer to stop")
        since = self._watch.latest
        await self._post(step, "stop", thread=thread)
        await self._in_time(step, self._watch.ended(step, thread, since), "did not stop")

    async def _wait(self, step: Step) -> None:
        """A number waits that long; words wait until the person has seen them."""
        try:
            seconds = float(step.argument)
        except ValueError:
            seen = self._watch.seen(step, step.argument)
            await self._in_time(step, seen, "never became visible")
        else:
            await asyncio.sleep(min(seconds, step.within_s))

    async def _post(self, step: Step, act: str, **what: str | None) -> Item:
        body = {"workspace": step.workspace, "person": step.person, "in": step.place}
        body |= {name: value for name, value in what.items() if value is not None}
        async with self._http.post(f"/sandbox/{act}", json=body) as answer:
            return await _checked(step, answer)

    def _thread(self, step: Step) -> str | None:
        """Where the step goes: nowhere, the person's last thread here, or a ts."""
        if step.thread != "last":
            return step.thread
        thread = self._thread_of(step)
        if thread is None:
            raise ScriptError(f"{step}: there is no thread here yet")
        return thread

    def _thread_of(self, step: Step) -> str | None:
        return self._threads.get(_key(step)) or self._watch.newest_thread(step)

    async def _in_time(self, step: Step, waiting: Awaitable[Found], words: str) -> Found:
        try:
            async with asyncio.timeout(step.within_s):
                return await waiting
        except TimeoutError:
            raise ScriptError(f"{step}: {words} within {step.within_s:g} s") from None

    async def _read_feed(self) -> None:
        timeout = aiohttp.ClientTimeout(total=None)
        async with self._http.get("/sandbox/feed?since=now", timeout=timeout) as feed:
            self._watch.connected()
            async for line in feed.content:
                if line.startswith(b"data:"):
                    item = json.loads(line[5:])
                    self._show({name: item.get(name) for name in SHOWN})
                    self._watch.take(item)


def _key(step: Step) -> tuple[str, str, str]:
    return (step.workspace, step.person, step.place)


async def _checked(step: Step, answer: aiohttp.ClientResponse) -> Item:
    body: Item = await answer.json(content_type=None)
    if answer.status >= 400:
        raise ScriptError(f"{step}: {body.get('error', answer.status)}")
    return body
