"""Brings events, commands and clicks to the app, and events again when they did not arrive."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import replace

from bot.sandbox.delivery.parcel import Answer, Json, Parcel, envelope
from bot.sandbox.delivery.signed_http import SignedHttp
from bot.sandbox.delivery.socket_mode import SocketMode
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.people import App, Workspace

log = logging.getLogger(__name__)

# Slack: at once, after a minute, after five.
RETRY_AFTER_S = (0.0, 60.0, 300.0)
_MESSAGE_EVENTS = {"im": "message.im", "channel": "message.channels", "group": "message.groups"}


class Courier:
    """Over a socket if one is connected, else to the request URL if there is one."""

    def __init__(
        self,
        app: App,
        http: SignedHttp,
        sockets: SocketMode,
        retry_after_s: Sequence[float] = RETRY_AFTER_S,
    ) -> None:
        self._app = app
        self._http = http
        self._sockets = sockets
        self._retry_after_s = tuple(retry_after_s)
        self._tasks: set[asyncio.Task[None]] = set()

    def on_event(self, workspace: Workspace, channel: Channel, event: Json) -> None:
        """Deliver what the app is subscribed to, in the background."""
        for wanted in self._subscribed(workspace, channel, event):
            payload = envelope(self._app, workspace, channel, wanted)
            self.spawn(self._deliver(Parcel(kind="events", payload=payload)))

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

    async def _deliver(self, parcel: Parcel) -> None:
        answer = await self._send(parcel)
        for attempt, pause in enumerate(self._retry_after_s, start=1):
            if answer.arrived or not answer.retry:
                return
            await asyncio.sleep(pause)
            answer = await self._send(replace(parcel, attempt=attempt, reason=answer.reason))
        if not answer.arrived:
            log.info("event %s was never acknowledged", parcel.payload["event_id"])

    async def _send(self, parcel: Parcel) -> Answer:
        if self._sockets.reachable:
            return await self._sockets.deliver(parcel)
        if self._http.reachable:
            return await self._http.deliver(parcel)
        return Answer(reason="connection_failed")

    def _subscribed(self, workspace: Workspace, channel: Channel, event: Json) -> list[Json]:
        """The event as the app gets it: not at all, as it is, or as a mention besides."""
        if workspace.bot_user_id not in channel.members:
            return []
        if event["type"] != "message":
            return [event] if event["type"] in self._app.events else []
        wanted = []
        if _MESSAGE_EVENTS[channel.kind] in self._app.events:
            wanted.append(event)
        if "app_mention" in self._app.events and _mentions(workspace, channel, event):
            mention = {k: v for k, v in event.items() if k not in ("channel_type", "subtype")}
            wanted.append(mention | {"type": "app_mention"})
        return wanted


def _mentions(workspace: Workspace, channel: Channel, event: Json) -> bool:
    """A person's message in a channel that names the app; a direct message is no mention."""
    said = event.get("subtype") in (None, "file_share") and not event.get("bot_id")
    named = f"<@{workspace.bot_user_id}>" in event.get("text", "")
    return said and named and channel.kind != "im"
