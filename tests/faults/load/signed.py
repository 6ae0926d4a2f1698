"""Channel talk, edits and joins, signed as Slack signs them and sent straight to the web processes.

They go at their own moments, whether the answers before have come or not: a server that falls
behind is not waited for, and its delay is measured. One in ten comes twice, half of those at the same
moment and half a while later, as Slack's retries do.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from tests.faults.cluster.prepare import Home

ANSWER_SECONDS = 3.0  # Slack waits no longer
CHANNEL = "C0NOISE"
EVENT_ID = "EvNOISE"  # begins each event's id
ONE_TWICE_IN = 10
RETRY_SECONDS = 2.0
_WORDS = "We are out of oil filters again, and the van comes back on Thursday. "


@dataclass(slots=True)
class Acks:
    """What came back: how many of each status, milliseconds of those answered, and the ids (with
    their workspace) that were answered 200."""

    statuses: Counter[str] = field(default_factory=Counter)
    took_ms: list[float] = field(default_factory=list)
    taken: set[tuple[str, str]] = field(default_factory=set)

    def at(self, share: float) -> float:
        ordered = sorted(self.took_ms) or [0.0]
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


@dataclass(slots=True)
class Slack:
    """Sends events that ask nothing, to each web process in turn."""

    addresses: list[str]
    secret: str
    app_id: str
    homes: list[Home]
    random: Random
    acks: Acks = field(default_factory=Acks)
    _number: "itertools.count[int]" = field(default_factory=itertools.count)

    async def chatter(self, seconds: float, per_s: float) -> None:
        """*per_s* events a second, evenly; returns when the last one is answered."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        connector = aiohttp.TCPConnector(limit=200)
        async with (
            aiohttp.ClientSession(timeout=timeout, connector=connector) as http,
            asyncio.TaskGroup() as group,
        ):
            loop = asyncio.get_running_loop()
            began = loop.time()
            for number in range(int(seconds * per_s)):
                await asyncio.sleep(max(began + number / per_s - loop.time(), 0))
                group.create_task(self._deliver(http, next(self._number)))

    async def _deliver(self, http: aiohttp.ClientSession, number: int) -> None:
        home = self.random.choice(self.homes)
        envelope = self._envelope(number, home)
        event, body = (home.name, str(envelope["event_id"])), json.dumps(envelope).encode()
        tries = [self._send(http, number, body, event)]
        if number % ONE_TWICE_IN == 0:
            # To the other process, which learns of the first from the database alone.
            wait = 0.0 if number % (2 * ONE_TWICE_IN) else RETRY_SECONDS
            tries.append(self._send(http, number + 1, body, event, wait))
        await asyncio.gather(*tries)

    async def _send(
        self,
        http: aiohttp.ClientSession,
        number: int,
        body: bytes,
        event: tuple[str, str],
        wait: float = 0.0,
    ) -> None:
        await asyncio.sleep(wait)
        stamp = str(int(time.time()))
        signed = hmac.new(
            self.secret.encode(), b"v0:%s:%s" % (stamp.encode(), body), hashlib.sha256
        )
        headers = {
            "content-type": "application/json",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": f"v0={signed.hexdigest()}",
        }
        if wait:
            headers |= {"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"}
        url = f"{self.addresses[number % len(self.addresses)]}/slack/events"
        began = time.perf_counter()
        try:
            async with http.post(url, data=body, headers=headers) as answer:
                await answer.read()
                self.acks.statuses[str(answer.status)] += 1
                if answer.status == 200:
                    self.acks.taken.add(event)
        except (aiohttp.ClientError, TimeoutError) as error:
            self.acks.statuses[type(error).__name__] += 1
        self.acks.took_ms.append(1000 * (time.perf_counter() - began))

    def _envelope(self, number: int, home: Home) -> dict[str, Any]:
        event = self._event(number, f"{int(time.time())}.{number % 1_000_000:06}")
        authorization = {"team_id": home.team_id, "user_id": "U0BOT", "is_bot": True}
        return {
            "type": "event_callback",
            "team_id": home.team_id,
            "api_app_id": self.app_id,
            "event_id": f"{EVENT_ID}{number:08}",
            "event_time": int(time.time()),
            "event": event,
            "authorizations": [authorization | {"is_enterprise_install": False}],
        }

    def _event(self, number: int, ts: str) -> dict[str, Any]:
        """docs.slack.dev, "message": of ten, seven are talk, two are edits, one is a join."""
        place = {"type": "message", "channel": CHANNEL, "channel_type": "channel", "event_ts": ts}
        said = {"user": "U0SOMEBODY", "text": _WORDS * 3, "ts": ts}
        if number % 10 < 7:
            return place | said
        if number % 10 < 9:
            edited = said | {"type": "message", "edited": {"user": "U0SOMEBODY", "ts": ts}}
            before = said | {"type": "message"}
            return place | {
                "subtype": "message_changed",
                "message": edited,
                "previous_message": before,
                "ts": ts,
            }
        joined = f"<@U0SOMEBODY> has joined the channel {number}"
        return place | said | {"subtype": "channel_join", "text": joined}
