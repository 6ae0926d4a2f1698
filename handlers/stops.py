"""The Stop button that Slack shows while an agent works."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext

from core.conversations.stop_turn import stop_turn
from core.services import Services
from core.tenancy.recognize_person import recognize_person


def register(app: AsyncApp, services: Services) -> None:
    @app.event("agent_session_stopped")
    async def stopped(event: dict[str, Any], context: AsyncBoltContext) -> None:
        person_id = str(event.get("user") or event.get("user_id") or "")
        person = await recognize_person(
            context["tenant"], services.directory, person_id, home_team=None
        )
        await stop_turn(
            context["tenant"],
            event=context["inbox_event"].id,
            channel=str(event.get("channel") or event.get("channel_id") or ""),
            thread_ts=str(event.get("thread_ts") or ""),
            person_id=person_id,
            any_person=person.may_administer,
        )
