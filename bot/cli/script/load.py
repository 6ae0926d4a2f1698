"""Many questions at once, while something happens to the workspace: each is to be answered once."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from bot.cli.script.model import ScriptError, Step

Item = dict[str, Any]
_LOOK_AGAIN_S = 0.25


class Load:
    """Asks the questions of one step, all persons at once, and waits for the answers."""

    def __init__(self, http: aiohttp.ClientSession, step: Step) -> None:
        self._http = http
        self._step = step
        self._persons = [str(person) for person in step.details["persons"]]
        self._words = [str(words) for words in step.details["ask"]]

    async def run(self, expire: Callable[[], Awaitable[None]]) -> str:
        """*expire* is called when `expires_after` questions are asked. What came of it, in words.

        Raises ScriptError when one is not answered in time, or more than once.
        """
        began, total = time.monotonic(), int(self._step.details["questions"])
        after = int(self._step.details["expires_after"])
        asked: list[str] = []
        for first in range(0, total, len(self._persons)):
            if first <= after < first + len(self._persons):
                await expire()
            batch = range(first, min(first + len(self._persons), total))
            asked += await asyncio.gather(*map(self._ask, batch))
        try:
            async with asyncio.timeout(self._step.within_s):
                await self._until_answered(asked)
        except TimeoutError:
            left = total - len(await self._answers(asked))
            raise ScriptError(f"{self._step}: {left} questions are not answered") from None
        seconds = time.monotonic() - began
        return f"{total} questions asked, {total} answered, each once, in {seconds:.0f} s"

    async def _ask(self, number: int) -> str:
        """The ts of the question, which is its thread's."""
        body = {
            "workspace": self._step.workspace,
            "person": self._persons[number % len(self._persons)],
            "in": "dm",
            "text": self._words[number // len(self._persons) % len(self._words)],
        }
        async with self._http.post("/sandbox/say", json=body) as answer:
            said = await answer.json(content_type=None)
        if answer.status >= 400:
            raise ScriptError(f"{self._step}: {said.get('error', answer.status)}")
        return str(said["ts"])

    async def _until_answered(self, asked: list[str]) -> None:
        while True:
            answers = await self._answers(asked)
            if len(answers) == len(asked):
                break
            await asyncio.sleep(_LOOK_AGAIN_S)
        if twice := [ts for ts, count in answers.items() if count > 1]:
            raise ScriptError(f"{self._step}: {len(twice)} questions have more than one answer")

    async def _answers(self, asked: list[str]) -> Counter[str]:
        """How many complete answers each of the questions has that have any."""
        found: Counter[str] = Counter()
        async with self._http.get("/sandbox/transcript") as answer:
            lines = [json.loads(line) for line in (await answer.text()).splitlines()]
        for line in lines:
            if line["is_app"] and line["thread_ts"] in asked and not line["streaming"]:
                found[line["thread_ts"]] += 1
        return found
