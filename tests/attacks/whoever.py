"""People as Slack's records have them, and what they do to us: typed, pressed or only claimed."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.sandbox.model.message import Message
from bot.sandbox.webapi.methods import HANDLERS
from core.tenancy.model import Standing
from handlers.blocks.knowledge import SHARE
from tests.attacks.door import Door, new_event_id

HANDBOOK = "# Handbook\n\n## Bike stipend\n\nYou can claim 900 euros every three years.\n"
ASK = "what is the bike stipend?"
SECRET = "900 euros"

# What the record of somebody says who may not ask, and who they are then.
REFUSED: dict[str, tuple[dict[str, Any], Standing]] = {
    "guest": ({"is_restricted": True}, "guest"),
    "single-channel guest": ({"is_restricted": True, "is_ultra_restricted": True}, "guest"),
    "stranger": ({"is_stranger": True}, "outsider"),
    "of another workspace": ({"team_id": "T0ELSEWHERE", "is_admin": True}, "outsider"),
    "of no workspace": ({"team_id": "E0ORGANIZED", "is_owner": True}, "outsider"),
    "deactivated": ({"deleted": True, "is_owner": True}, "gone"),
    "a bot": ({"is_bot": True, "is_admin": True}, "bot"),
    "a workflow": ({"is_workflow_bot": True}, "bot"),
}


@dataclass
class Whoever:
    """A door, and Slack's records behind it."""

    door: Door
    records: dict[str, dict[str, Any]] = field(default_factory=dict)

    def id_of(self, name: str) -> str:
        return self.door.stage.person_id(name)

    def channel(self, name: str) -> str:
        world = self.door.stage.sandbox.world
        found = world.workspaces[self.door.workspace["id"]].find_channel(name)
        assert found is not None
        return found.id

    @property
    def mention(self) -> str:
        return f"<@{self.door.workspace['bot_user_id']}>"

    async def hear(self, inner: dict[str, Any], **more: Any) -> str:
        """An event that Slack signs; its id, once it is dealt with."""
        event_id = new_event_id()
        bot = {"team_id": self.door.workspace["id"], "is_bot": True}
        bot["user_id"] = self.door.workspace["bot_user_id"]
        given = {"authorizations": [bot]} | more
        body = self.door.said(ASK, event_id, inner, **given)
        self._put(json.loads(body)["event"])
        status, _ = await self.door.knock(body, self.door.signed(body))
        assert status == 200
        if await self.door.stored(event_id):
            await self.door.until_done(event_id)
        return event_id

    def _put(self, inner: dict[str, Any]) -> None:
        """What was said stands in Slack too, so that it can be replied to."""
        world = self.door.stage.sandbox.world
        workspace = world.workspaces[self.door.workspace["id"]]
        channel, ts = workspace.channels.get(str(inner.get("channel"))), inner.get("ts")
        if channel is not None and ts and ts not in channel.messages:
            user, thread = str(inner.get("user") or ""), inner.get("thread_ts")
            channel.add(Message(ts=ts, user=user, team=workspace.id, text=ASK, thread_ts=thread))

    async def mentioned_by(self, user: str | None, **inner: Any) -> str:
        event = {"channel": self.channel("general"), "channel_type": "channel", "user": user}
        return await self.hear(event | {"text": f"{self.mention} {ASK}"} | inner)

    async def changed(self, user: str, **record: Any) -> str:
        """Slack tells that a person's record is another now; it is."""
        self.records[user] = record
        return await self.tell_of(user, **record)

    async def tell_of(self, user: str, **record: Any) -> str:
        """Only the event: late, repeated or out of order, for the record is what it was."""
        whole = {"id": user, "team_id": self.door.workspace["id"], "profile": {}} | record
        return await self.hear({"type": "user_change", "user": whole})

    async def act(self, what: str, person: str, place: str, text: str) -> None:
        body = {"workspace": self.door.company, "person": person, "in": place, "text": text}
        url = f"{self.door.stage.sandbox.url}/sandbox/{what}"
        async with self.door.http.post(url, json=body) as answer:
            assert answer.status == 200, await answer.text()

    async def press_share(self, user: dict[str, Any], document_id: str) -> str:
        """The button below a card, with that user in the payload."""
        trigger = new_event_id()
        payload = {
            "type": "block_actions",
            "api_app_id": self.door.stage.sandbox.world.app.id,
            "team": {"id": self.door.workspace["id"]},
            "user": user,
            "container": {"message_ts": "1700000000.000001", "channel_id": self.door.direct},
            "channel": {"id": self.door.direct},
            "actions": [
                {"type": "button", "action_id": SHARE, "block_id": "b", "value": document_id}
            ],
            "trigger_id": trigger,
        }
        body = urlencode({"payload": json.dumps(payload)}).encode()
        headers = self.door.signed(body) | {"Content-Type": "application/x-www-form-urlencoded"}
        status, _ = await self.door.knock(body, headers, "interactivity")
        assert status == 200
        await self.door.until_done(f"action:{trigger}")
        return f"action:{trigger}"

    async def rows(self, sql: str, *values: Any) -> list[Any]:
        """What a statement finds in the tenant's own schema: its first column."""
        tenant = self.door.stage.tenants[self.door.company]
        async with tenant.db.transaction() as tx:
            return [row[0] for row in await tx.fetch(sql, *values)]

    async def refusals(self, action: str) -> list[str]:
        """The standings that were refused that act."""
        details = await self.rows(
            "select detail from audit_event where action = $1 and outcome = 'refused' order by seq",
            action,
        )
        return [json.loads(detail)["standing"] for detail in details]

    async def untouched(self) -> bool:
        """Nothing was asked of a model, and nothing was looked up."""
        turns = await self.rows("select turn_id from turn")
        searches = await self.rows(
            "select seq from audit_event where action = 'knowledge:documents:search'"
        )
        return not turns and not searches

    def said(self) -> list[str]:
        """Every message of the app that anybody sees, the latest words of each."""
        world = self.door.stage.sandbox.world
        changes = world.feed.after(0, [self.door.workspace["id"]])
        latest = {change.ts: change for change in changes if change.message is not None}
        return [change.text for change in latest.values() if change.message.bot_id]


def plant_records(monkeypatch: pytest.MonkeyPatch, records: dict[str, dict[str, Any]]) -> None:
    """Slack's users.info says of these ids what *records* say, now and when they change."""
    known: Callable[[Any], Any] = HANDLERS["users.info"]

    def users_info(call: Any) -> Any:
        user = str(call.arguments.get("user"))
        if user not in records:
            return known(call)
        empty = {"id": user, "team_id": call.workspace.id, "name": user.lower(), "profile": {}}
        return {"user": empty | records[user]}

    monkeypatch.setitem(HANDLERS, "users.info", users_info)
