"""From a verified body to a stored event: the same for HTTP and Socket Mode."""

import logging
from typing import Any

import orjson

from bot.intake import addressing
from bot.intake.addressing import Addressed
from bot.intake.batch import EventBatch
from core.jobs.model import IncomingEvent
from core.tenancy.workspaces import Workspaces
from handlers.blocks.refusals import unknown_workspace

log = logging.getLogger(__name__)

UNKNOWN_WORKSPACE = unknown_workspace().text


class Intake:
    """Accepts what Slack sent. When a method returns, the event is committed or needs no work."""

    def __init__(self, workspaces: Workspaces, batch: EventBatch, app_id: str | None) -> None:
        self._workspaces = workspaces
        self._batch = batch
        self._app_id = app_id

    async def accept_event(self, envelope: dict[str, Any], raw: str) -> bool:
        """An events_api envelope; False when it was not ours to keep. Raises Malformed."""
        if self._is_foreign(envelope):
            return False
        return await self._accept(addressing.address_event(envelope), raw)

    async def accept_command(self, form: dict[str, Any]) -> bool:
        """A slash command; False when the workspace is unknown. Raises Malformed."""
        if self._is_foreign(form):
            return False
        return await self._accept(addressing.address_command(form), orjson.dumps(form).decode())

    async def accept_action(self, payload: dict[str, Any]) -> bool:
        """A click; False when it is not ours. Raises Malformed."""
        if self._is_foreign(payload):
            return False
        addressed = addressing.address_action(payload)
        return await self._accept(addressed, orjson.dumps(payload).decode())

    def _is_foreign(self, body: dict[str, Any]) -> bool:
        app_id = body.get("api_app_id")
        if self._app_id is None or app_id is None or app_id == self._app_id:
            return False
        log.warning("request for another app ignored")
        return True

    async def _accept(self, addressed: Addressed | None, raw: str) -> bool:
        if addressed is None:
            return False
        tenant = await self._workspaces.tenant_of(addressed.team_id)
        if tenant is None:
            log.warning("event of an unknown workspace ignored", extra={"team": addressed.team_id})
            return False
        # PostgreSQL text cannot hold the NUL that this would become once the JSON is read.
        payload = raw.replace("\\u0000", "\\ufffd")
        await self._batch.accept(
            IncomingEvent(tenant, addressed.mailbox, addressed.event_id, addressed.kind, payload)
        )
        return True
