"""Slack over Socket Mode, for one workspace without a public address. Same intake, same promise:
an envelope is acknowledged after its event is committed, and never before."""

import logging

import orjson
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.intake.accept import UNKNOWN_WORKSPACE, Intake
from bot.intake.addressing import Malformed
from core.kernel.secret import Secret

log = logging.getLogger(__name__)


class SocketModeIntake:
    """Keeps a connection open and feeds what comes into the intake."""

    def __init__(self, intake: Intake, app_token: Secret, web_client: AsyncWebClient) -> None:
        self._intake = intake
        self._client = SocketModeClient(app_token=app_token.reveal(), web_client=web_client)
        self._client.proxy = None  # as in SlackClients.api: never one from the environment
        self._client.socket_mode_request_listeners.append(self._receive)

    async def open(self) -> None:
        """Connect; slack_sdk keeps trying until the server answers."""
        await self._client.connect()  # type: ignore[no-untyped-call]

    async def is_connected(self) -> bool:
        return await self._client.is_connected()

    async def close(self) -> None:
        await self._client.disconnect()  # type: ignore[no-untyped-call]
        await self._client.close()  # type: ignore[no-untyped-call]

    async def _receive(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        try:
            answer = await self._accept(request)
        except Malformed:
            log.warning("malformed envelope acknowledged and dropped")
            answer = None
        except Exception:
            # Not acknowledged: Slack delivers it again.
            log.exception("an envelope could not be stored")
            return
        response = SocketModeResponse(envelope_id=request.envelope_id, payload=answer)
        await client.send_socket_mode_response(response)

    async def _accept(self, request: SocketModeRequest) -> dict[str, str] | None:
        payload = request.payload
        if request.type == "events_api":
            await self._intake.accept_event(payload, orjson.dumps(payload).decode())
        elif request.type == "slash_commands":
            if not await self._intake.accept_command(payload):
                return {"response_type": "ephemeral", "text": UNKNOWN_WORKSPACE}
        elif request.type == "interactive":
            await self._intake.accept_action(payload)
        return None
