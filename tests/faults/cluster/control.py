"""The sandbox's control API as the runner uses it (docs/sandbox.md)."""

import json
from typing import Any

import aiohttp

Json = dict[str, Any]


class SlackControl:
    """What persons do, which faults Slack has, and what was delivered and seen."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def credentials(self) -> Json:
        return await self._get("/sandbox/credentials")

    async def make_workspaces(self, count: int) -> None:
        await self._send("POST", "/sandbox/workspaces", {"count": count})

    async def route_to(self, addresses: list[str]) -> None:
        """Where deliveries go: each in turn, the next when a connection fails."""
        urls = [f"{address}/slack" for address in addresses]
        await self._send("PUT", "/sandbox/app", {"request_urls": urls})

    async def say(
        self, workspace: str, person: str, where: str, text: str, thread: str = ""
    ) -> Json:
        """A person says something; its `ts` and `channel`."""
        body = {"workspace": workspace, "person": person, "in": where, "text": text}
        return await self._send(
            "POST", "/sandbox/say", body | ({"thread": thread} if thread else {})
        )

    async def command(self, workspace: str, person: str, where: str, text: str) -> None:
        """A person runs a command; returns when the app has answered, or Slack waits no longer."""
        body = {"workspace": workspace, "person": person, "in": where, "text": text}
        await self._send("POST", "/sandbox/command", body)

    async def stop(self, workspace: str, person: str, where: str, thread: str) -> bool:
        """A person presses Stop; False where nothing is to be stopped, not yet or not any more."""
        body = {"workspace": workspace, "person": person, "in": where, "thread": thread}
        async with self._http.post("/sandbox/stop", json=body) as answer:
            return answer.status < 400

    async def send_form(self, workspace: str, person: str, callback_id: str, values: Json) -> bool:
        """A person sends a modal; whether the app answered 200 (over a socket: acknowledged)."""
        body = {"workspace": workspace, "person": person, "callback_id": callback_id}
        told = await self._send("POST", "/sandbox/view", body | {"values": values})
        status = str(told["status"])
        return status == "acked" or status.startswith("2")

    async def set_faults(self, **switches: object) -> None:
        await self._send("PUT", "/sandbox/faults", dict(switches))

    async def refuse(
        self, method: str, error: str, times: int, retry_after_s: int | None = None
    ) -> None:
        body: Json = {"method": method, "error": error, "times": times}
        if retry_after_s is not None:
            body["retry_after_s"] = retry_after_s
        await self._send("POST", "/sandbox/refuse", body)

    async def refresh_sockets(self) -> None:
        await self._send("POST", "/sandbox/refresh_sockets", {})

    async def transcript(self) -> list[Json]:
        """Every visible message of every workspace, as it now stands."""
        return await self._lines("/sandbox/transcript?since=0")

    async def deliveries(self, since: int = 0) -> list[Json]:
        """Every try to deliver something, in the order of their ends."""
        return await self._lines(f"/sandbox/deliveries?since={since}")

    async def under_way(self) -> int:
        """Deliveries that are not over; those that wait for their next try among them."""
        async with self._http.get(f"/sandbox/deliveries?since={10**9}") as answer:
            answer.raise_for_status()
            return int(answer.headers["X-Under-Way"])

    async def _get(self, path: str) -> Json:
        async with self._http.get(path) as answer:
            answer.raise_for_status()
            found: Json = await answer.json()
            return found

    async def _send(self, method: str, path: str, body: Json) -> Json:
        async with self._http.request(method, path, json=body) as answer:
            if answer.status >= 400:
                raise RuntimeError(f"{method} {path}: {answer.status} {await answer.text()}")
            found: Json = await answer.json()
            return found

    async def _lines(self, path: str) -> list[Json]:
        async with self._http.get(path) as answer:
            answer.raise_for_status()
            return [json.loads(line) for line in (await answer.text()).splitlines() if line]
