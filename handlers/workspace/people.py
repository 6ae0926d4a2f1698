"""What Slack says of people unasked: a guest now, an admin no more, gone."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext

from core.services import Services
from core.tenancy.recognize_person import person_changed


def register(app: AsyncApp, services: Services) -> None:
    @app.event("user_change")
    async def changed(event: dict[str, Any], context: AsyncBoltContext) -> None:
        record = event.get("user")
        if isinstance(record, dict) and record.get("id"):
            tenant = context["tenant"]
            await person_changed(tenant, await services.directory.read(tenant, record))
