"""Signed HTTP requests to the app's request URL."""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.delivery.parcel import ANSWER_S, Answer, Json, Parcel
from bot.sandbox.model.people import App

_FORM = "application/x-www-form-urlencoded"


def signature(signing_secret: str, timestamp: str, body: bytes) -> str:
    """Slack's `v0` signature of a request."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(signing_secret.encode(), base, hashlib.sha256).hexdigest()


class SignedHttp:
    """Posts to `{request_url}/events`, `/commands` and `/interactivity`."""

    def __init__(
        self, app: App, session: aiohttp.ClientSession, answer_s: float = ANSWER_S
    ) -> None:
        self._app = app
        self._answer_s = answer_s
        self._session = session
        self._turn = -1

    @property
    def reachable(self) -> bool:
        """Whether the app has told us where it listens."""
        return bool(self._app.addresses)

    async def deliver(self, parcel: Parcel) -> Answer:
        """Post once; anything but a 2xx answer in time is a failure."""
        body, content_type = _body(parcel)
        headers = self._headers(parcel, body, content_type)
        try:
            async with asyncio.timeout(self._answer_s):
                return await self._post_to_one(f"/{parcel.kind}", body, headers)
        except TimeoutError:
            return Answer(reason="http_timeout")
        except aiohttp.ClientError:
            return Answer(reason="connection_failed")

    async def _post_to_one(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """To the addresses in turn; the next one when a connection cannot be made, as a load
        balancer does. What may have been read by one process is not sent to another."""
        addresses = self._app.addresses
        self._turn += 1
        for step in range(len(addresses)):
            address = addresses[(self._turn + step) % len(addresses)].rstrip("/")
            try:
                return await self._post(f"{address}{path}", body, headers)
            except aiohttp.ClientConnectorError:
                continue
        return Answer(reason="connection_failed")

    async def verify(self) -> bool:
        """Ask the app to repeat a challenge, as Slack does when a request URL is set."""
        challenge = secrets.token_urlsafe(24)
        payload = {"token": self._app.verification_token, "challenge": challenge}
        payload["type"] = "url_verification"
        answer = await self.deliver(Parcel(kind="events", payload=payload))
        body = answer.body
        return (body.get("challenge") if isinstance(body, dict) else body) == challenge

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        async with self._session.post(
            url, data=body, headers=headers, allow_redirects=False
        ) as response:
            text = await response.text()
            if not 200 <= response.status < 300:
                stop = response.headers.get("x-slack-no-retry") == "1"
                return Answer(reason="http_error", retry=not stop, status=response.status)
            return Answer(body=_read(text, response.content_type), status=response.status)

    def _headers(self, parcel: Parcel, body: bytes, content_type: str) -> dict[str, str]:
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._app.signing_secret, timestamp, body),
        }
        if parcel.attempt:
            headers["X-Slack-Retry-Num"] = str(parcel.attempt)
            headers["X-Slack-Retry-Reason"] = parcel.reason or "unknown_error"
        return headers


def _body(parcel: Parcel) -> tuple[bytes, str]:
    if parcel.kind == "events":
        return json.dumps(parcel.payload).encode(), "application/json"
    if parcel.kind == "commands":
        return urlencode(parcel.payload).encode(), _FORM
    return urlencode({"payload": json.dumps(parcel.payload)}).encode(), _FORM


def _read(text: str, content_type: str) -> Json | str | None:
    if not text.strip():
        return None
    if content_type == "application/json":
        try:
            body = json.loads(text)
        except ValueError:
            return None
        return body if isinstance(body, dict) else None
    return text
