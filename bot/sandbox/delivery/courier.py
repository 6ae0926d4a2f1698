"""Brings events, commands and clicks to the app, and events again when they did not arrive."""

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from dataclasses import replace

from bot.sandbox.delivery.envelope import envelope
from bot.sandbox.delivery.log import DeliveryLog
from bot.sandbox.delivery.parcel import Answer, Json, Parcel
from bot.sandbox.delivery.signed_http import SignedHttp
from bot.sandbox.delivery.socket_mode import SocketMode
from bot.sandbox.delivery.subscriptions import subscribed
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.installing.organization import Organization
from bot.sandbox.model.people import Workspace
from bot.sandbox.model.world import World

log = logging.getLogger(__name__)

# Slack: at once, after a minute, after five.
RETRY_AFTER_S = (0.0, 60.0, 300.0)


class Courier:
    """Over a socket if one is connected, else to the request URL if there is one."""

    def __init__(
        self,
        world: World,
        http: SignedHttp,
        sockets: SocketMode,
        retry_after_s: Sequence[float] = RETRY_AFTER_S,
    ) -> None:
        self._world = world
        self._http = http
        self._sockets = sockets
        self._retry_after_s = tuple(retry_after_s)
        self._tasks: set[asyncio.Task[None]] = set()
        self.log = DeliveryLog()

    def on_event(self, workspace: Workspace, channel: Channel | None, event: Json) -> None:
        """Deliver what the app is subscribed to where it is at work, in the background."""
        if not self._world.serves(workspace):
            return
        for wanted in subscribed(self._world.app, workspace, channel, event):
            whole = not workspace.installed
            payload = envelope(self._world, workspace, channel, wanted, whole=whole)
            self.post(workspace.name, payload)

    def on_app_event(self, holder: Workspace | Organization, event: Json) -> None:
        """Deliver an event about the installation itself, also when it is over."""
        if event["type"] in self._world.app.events:
            whole = isinstance(holder, Organization)
            self.post(holder.name, envelope(self._world, holder, None, event, whole=whole))

    def post(self, workspace: str, payload: Json) -> None:
        """Deliver an envelope in the background, with the troubles that are switched on."""
        parcel = Parcel(kind="events", payload=payload, workspace=workspace)
        faults, dice = self._world.faults, self._world.dice
        held = dice.happens(faults.reorder, "reorder", workspace)
        pause = faults.reorder_s if held else 0.0
        again = dice.happens(faults.redeliver, "redeliver", workspace)
        self.spawn(self._deliver(parcel, pause, again))
        for _ in range(faults.duplicates):
            self.spawn(self._deliver(parcel, pause, again=False))

    @property
    def under_way(self) -> int:
        """How many deliveries are not over: on their way, or waiting for another try."""
        return len(self._tasks)

    async def ask(self, parcel: Parcel) -> Answer:
        """Deliver once and return the answer; commands and clicks are never retried."""
        return await self._send(parcel)

    async def verify_request_url(self) -> bool:
        """Whether the app repeats a challenge at its request URL."""
        return self._http.reachable and await self._http.verify()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run in the background until done, or until the sandbox closes."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Give up what is still under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _deliver(self, parcel: Parcel, pause: float, again: bool) -> None:
        if pause:
            await asyncio.sleep(pause)
        answer = await self._send(parcel)
        for attempt, wait in enumerate(self._retry_after_s, start=1):
            if again and answer.arrived:
                # The app said yes in time, but Slack did not hear it.
                answer, again = Answer(reason="http_timeout"), False
            if answer.arrived or not answer.retry:
                return
            await asyncio.sleep(wait)
            answer = await self._send(replace(parcel, attempt=attempt, reason=answer.reason))
        if not answer.arrived:
            log.info("event %s was never acknowledged", parcel.payload["event_id"])

    async def _send(self, parcel: Parcel) -> Answer:
        sent_at, began = time.time(), time.monotonic()
        answer = await self._carry(parcel)
        self.log.add(parcel, answer, sent_at, time.monotonic() - began)
        return answer

    async def _carry(self, parcel: Parcel) -> Answer:
        if self._world.faults.unreachable:
            return Answer(reason="connection_failed")
        if self._sockets.reachable:
            return await self._sockets.deliver(parcel)
        if self._http.reachable:
            return await self._http.deliver(parcel)
        return Answer(reason="connection_failed")
