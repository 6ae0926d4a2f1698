"""The buttons below a file that was read: share it with the workspace, or forget it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.conversations.model import Outgoing
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.kernel.errors import DomainError, Refused
from core.knowledge.forget_document import forget_document
from core.knowledge.share_document import share_document
from core.services import Services
from handlers.admitting import Request, recognize
from handlers.blocks.knowledge import FORGET, SHARE, file_forgotten, file_shared
from handlers.blocks.refusals import explained, refused
from handlers.blocks.rendered import Rendered
from handlers.replying import answer_privately


@dataclass(frozen=True, slots=True)
class Click:
    """A button pressed: by whom, on which message, for which document."""

    tenant: TenantContext
    inbox: InboxEvent
    person_id: str
    home_team: str | None
    channel: str
    message_ts: str
    value: str
    response_url: str

    @property
    def request(self) -> Request:
        return Request(
            tenant=self.tenant,
            person_id=self.person_id,
            home_team=self.home_team,
            action="conversations:button:press",
            reference=self.inbox.event_id,
            arguments=self.tenant.fingerprint(self.value),
        )


def register(app: AsyncApp, services: Services) -> None:
    @app.action(SHARE)
    async def share(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await _press(services, _click(body, context), _share)

    @app.action(FORGET)
    async def forget(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await _press(services, _click(body, context), _forget)


async def _press(
    services: Services, click: Click, effect: Callable[[Click], Awaitable[Rendered]]
) -> None:
    """Check the person like a message's author, do it, and say the outcome on the card."""
    try:
        person = await recognize(services, click.request)
        if not person.may_ask:
            raise Refused(refused(person.standing).text)
        done = await effect(click)
    except DomainError as error:
        await answer_privately(
            services,
            click.tenant,
            explained(str(error)),
            response_url=click.response_url,
            person_id=click.person_id,
            key=f"respond:{click.inbox.event_id}",
        )
        return
    card = Outgoing(click.channel, done.text, blocks=tuple(done.blocks))
    await services.staff.messenger.update(click.tenant, click.message_ts, card)


async def _share(click: Click) -> Rendered:
    document = await share_document(
        click.tenant, document_id=click.value, person_id=click.person_id
    )
    return file_shared(document.title)


async def _forget(click: Click) -> Rendered:
    document = await forget_document(
        click.tenant, document_id=click.value, person_id=click.person_id
    )
    return file_forgotten(document.title)


def _click(body: dict[str, Any], context: AsyncBoltContext) -> Click:
    user, container = body.get("user") or {}, body.get("container") or {}
    channel = body.get("channel") or {}
    message = body.get("message") or {}
    return Click(
        tenant=context["tenant"],
        inbox=context["inbox_event"],
        person_id=str(user.get("id") or ""),
        home_team=user.get("team_id"),
        channel=str(channel.get("id") or container.get("channel_id") or ""),
        message_ts=str(container.get("message_ts") or message.get("ts") or ""),
        value=str((body.get("actions") or [{}])[0].get("value") or ""),
        response_url=str(body.get("response_url") or ""),
    )
