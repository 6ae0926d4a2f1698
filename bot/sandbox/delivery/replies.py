"""What an app answers to a command or a click: in the answer itself, or to a response_url."""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.delivery.parcel import Json
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.feed import ChangeKind
from bot.sandbox.model.message import Message
from bot.sandbox.model.people import Person, Workspace
from bot.sandbox.model.world import World
from bot.sandbox.webapi.blockkit import problems_in, with_ids

RESPONSE_URL_S = 30 * 60
RESPONSE_URL_USES = 5
_KEPT_URLS = 5_000
_KEYS = frozenset(
    [
        "attachments",
        "blocks",
        "delete_original",
        "link_names",
        "metadata",
        "mrkdwn",
        "parse",
        "replace_original",
        "response_type",
        "text",
        "thread_ts",
        "unfurl_links",
        "unfurl_media",
    ]
)


@dataclass(kw_only=True)
class Occasion:
    """Who did something, where; `source` is the message whose button was clicked."""

    workspace: Workspace
    channel: Channel
    person: Person
    source: Message | None = None
    until: float = 0.0
    uses_left: int = RESPONSE_URL_USES


class Replies:
    """Shows answers, and hands out and serves response URLs."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: OrderedDict[str, Occasion] = OrderedDict()
        self.base_url = ""

    def issue(self, occasion: Occasion, kind: str) -> str:
        """A response URL: good for 30 minutes and five answers."""
        occasion.until = time.monotonic() + RESPONSE_URL_S
        secret = secrets.token_urlsafe(18)
        self._open[secret] = occasion
        while len(self._open) > _KEPT_URLS:
            self._open.popitem(last=False)
        return f"{self.base_url}/{kind}/{occasion.workspace.id}/{secret}"

    async def handle(self, request: web.Request) -> web.Response:
        """`POST /commands/T…/…` and `/actions/T…/…`: the app answers later."""
        occasion = self._open.get(request.match_info["secret"])
        if occasion is None or occasion.until < time.monotonic():
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if occasion.uses_left <= 0:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict) or (refusal := refusal_of(body)):
            words = refusal if isinstance(body, dict) else "invalid_payload"
            return web.json_response({"ok": False, "error": words}, status=400)
        occasion.uses_left -= 1
        self.show(occasion, body)
        return web.json_response({"ok": True})

    def show(self, occasion: Occasion, body: Json) -> None:
        """Show, replace or delete, as the answer asks."""
        source, world = occasion.source, self._world
        if source is not None and body.get("delete_original"):
            world.remove(occasion.workspace, occasion.channel, source)
        elif source is not None and body.get("replace_original"):
            before = source.to_wire()
            source.text, source.blocks = (
                str(body.get("text") or ""),
                with_ids(body.get("blocks") or []),
            )
            world.edit(occasion.workspace, occasion.channel, source, before, "update")
        else:
            self.say(occasion, body)

    def say(self, occasion: Occasion, body: Json) -> None:
        """A new message from the app: for the person alone, unless `in_channel` was asked."""
        workspace = occasion.workspace
        in_channel = body.get("response_type") == "in_channel"
        message = Message(
            ts=self._world.timestamps.next(),
            user=workspace.bot_user_id,
            team=workspace.id,
            bot_id=workspace.bot_id,
            app_id=self._world.app.id,
            text=str(body.get("text") or ""),
            blocks=with_ids(body.get("blocks") or []),
            thread_ts=body.get("thread_ts"),
            ephemeral_to=None if in_channel else occasion.person.id,
        )
        kind: ChangeKind = "message" if in_channel else "ephemeral"
        self._world.post(workspace, occasion.channel, message, kind)

    def notice(self, occasion: Occasion, text: str, thread_ts: str | None = None) -> None:
        """Words from Slack itself, for the person alone."""
        message = Message(
            ts=self._world.timestamps.next(),
            user="USLACKBOT",
            team=occasion.workspace.id,
            username="Slackbot",
            text=text,
            thread_ts=thread_ts,
            ephemeral_to=occasion.person.id,
        )
        self._world.post(occasion.workspace, occasion.channel, message, "ephemeral")


def refusal_of(body: Json) -> str | None:
    """Slack's word for what is wrong with an answer, or None."""
    if set(body) - _KEYS:
        return "invalid_payload"
    blocks = body.get("blocks") or []
    if not isinstance(blocks, list) or problems_in(blocks):
        return "invalid_blocks"
    if body.get("delete_original"):
        return None
    return None if body.get("text") or blocks or body.get("attachments") else "no_text"
