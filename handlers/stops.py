"""The Stop button that Slack shows while an agent works."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext

from core.conversations.turns.stop_turn import stop_turn
from core.services import Services
from handlers.admitting import Request, recognize


def register(app: AsyncApp, services: Services) -> None:
    @app.event("agent_session_stopped")
    async def stopped(event: dict[str, Any], context: AsyncBoltContext) -> None:
        tenant, inbox = context["tenant"], context["inbox_event"]
        person_id = str(event.get("user") or event.get("user_id") or "")
        request = Request(
            tenant=tenant,
            person_id=person_id,
            home_team=event.get("user_team") or event.get("team"),
            action="conversations:turn:stop",
            reference=inbox.event_id,
        )
        person = await recognize(services, request)
        if not person.may_ask:
            return
        await stop_turn(
            tenant,
            event=inbox.id,
            channel=str(event.get("channel") or event.get("channel_id") or ""),
            thread_ts=str(event.get("thread_ts") or ""),
            person_id=person_id,
            any_person=person.may_administer,
        )
