"""A small app for the page to talk to: it says what a test wants, when the test wants it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]

ANSWER = (
    "You get **25 days** of vacation a year [1].\n\n",
    "| Years here | Days |\n|---|---:|\n| under 5 | 25 |\n| 5 and more | 28 |\n\n",
    "Ask your lead *two weeks* ahead:\n\n1. Pick the days\n2. Write them into the `calendar`\n",
)
SOURCES = {
    "type": "context",
    "elements": [{"type": "mrkdwn", "text": "*Sources*  [1] handbook.md, “Time off”, page 3"}],
}


class ScriptedApp:
    """Answers questions with a stream; `go` lets it write on, piece by piece."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        self._clients: dict[str, AsyncWebClient] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""
        self.go = asyncio.Event()
        self.go.set()
        self.stopped: list[str] = []
        self.clicked: list[Json] = []
        self.commands: list[Json] = []
        self.opened: list[Json] = []
        self.heard = asyncio.Condition()
        # What it answers to the next interactions, one after the other; nothing after those.
        self.answers: list[Json] = []
        self.refuses_clicks = False

    def connect(self, credentials: Json) -> None:
        """Take the bot tokens, as an installed app would have them."""
        for workspace in credentials["workspaces"]:
            self._clients[workspace["id"]] = AsyncWebClient(
                token=workspace["bot_token"], base_url=credentials["api_url"], session=self._http
            )

    def client(self, team_id: str) -> AsyncWebClient:
        """The Web API as this workspace's bot."""
        return self._clients[team_id]

    async def close(self) -> None:
        """Stop whatever is still being written."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def on_event(self, request: web.Request) -> web.Response:
        """`/events`: acknowledged at once, answered beside it."""
        body = await request.json()
        event = body["event"]
        if event["type"] == "app_home_opened":
            self.opened.append(event)
        if event["type"] == "agent_session_stopped":
            self.stopped.append(event["thread_ts"])
            self.go.set()
        asked = event["type"] == "message" and event["channel_type"] == "im"
        person = not event.get("bot_id") and not event.get("hidden")
        if (asked or event["type"] == "app_mention") and person:
            task = asyncio.create_task(self._answer(body["team_id"], event))
            self._tasks.add(task)
        return web.Response()

    async def on_command(self, request: web.Request) -> web.Response:
        """`/commands`: an answer for the person alone."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.commands.append(form)
        return web.json_response({"text": f"*Help* for you: `{form['command']} {form['text']}`"})

    async def on_click(self, request: web.Request) -> web.Response:
        """`/interactivity`: what was clicked is kept."""
        form = await request.post()
        async with self.heard:
            self.clicked.append(json.loads(str(form["payload"])))
            self.heard.notify_all()
        if self.answers:
            return web.json_response(self.answers.pop(0))
        return web.Response(status=500 if self.refuses_clicks else 200)

    async def _answer(self, team_id: str, event: Json) -> None:
        client, channel = self.client(team_id), event["channel"]
        thread = event.get("thread_ts") or event["ts"]
        place = {"channel_id": channel, "thread_ts": thread}
        await client.agents_sessions_setStatus(**place, status="processing")
        await client.assistant_threads_setStatus(**place, status="is searching your documents…")
        await self.go.wait()
        first, *rest = ANSWER
        stream = await client.chat_startStream(
            channel=channel,
            thread_ts=thread,
            markdown_text=first,
            recipient_team_id=team_id,
            recipient_user_id=event["user"],
            username="Pia",
            icon_emoji=":seedling:",
        )
        for piece in rest:
            await self.go.wait()
            if thread in self.stopped:
                break
            await client.chat_appendStream(channel=channel, ts=stream["ts"], markdown_text=piece)
        blocks = [] if thread in self.stopped else [SOURCES, feedback()]
        await client.chat_stopStream(channel=channel, ts=stream["ts"], blocks=blocks)
        await client.agents_sessions_setStatus(**place, status="active")


def feedback() -> Json:
    """Thumbs up and down, as an answer carries them."""
    buttons = {
        f"{name}_button": {"text": {"type": "plain_text", "text": words}, "value": value}
        for name, words, value in (("positive", "Good", "good"), ("negative", "Bad", "bad"))
    }
    element = {"type": "feedback_buttons", "action_id": "feedback", **buttons}
    return {"type": "context_actions", "elements": [element]}


@asynccontextmanager
async def serve_app() -> AsyncIterator[ScriptedApp]:
    """The app on a free port of this machine."""
    async with aiohttp.ClientSession() as http:
        scripted = ScriptedApp(http)
        app = web.Application()
        app.add_routes(
            [
                web.post("/slack/events", scripted.on_event),
                web.post("/slack/commands", scripted.on_command),
                web.post("/slack/interactivity", scripted.on_click),
            ]
        )
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            scripted.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack"
            yield scripted
        finally:
            await scripted.close()
            await runner.cleanup()
