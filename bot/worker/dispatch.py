"""Hand a stored event to the Bolt app, as if it had just come; a listener that raises is a retry."""

import orjson
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent

# Where listeners find who they work for and which inbox event they complete.
CONTEXT_KEY = "tenant"
EVENT_KEY = "inbox_event"


class ListenerFailed(Exception):
    """A listener raised; Bolt has logged the cause."""


async def dispatch(app: AsyncApp, context: TenantContext, event: InboxEvent) -> None:
    """Run the event's listener to its end. Raises ListenerFailed."""
    # "socket_mode" tells Bolt that the body was verified by the caller and is a mapping.
    request = AsyncBoltRequest(
        body=orjson.loads(event.payload),
        mode="socket_mode",
        context={CONTEXT_KEY: context, EVENT_KEY: event},
    )
    response = await app.async_dispatch(request)
    if response.status >= 500:
        raise ListenerFailed(f"{event.kind} answered {response.status}")
