"""Hand a stored event to whom it is for: the Bolt app, as if it had just come, or a task."""

import logging
from collections.abc import Awaitable, Callable, Mapping

import orjson
from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncBoltRequest

from bot.intake.waking import LIFECYCLE
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.kernel.errors import Postponed
from core.services import Services

log = logging.getLogger(__name__)

# Where listeners find who they work for and which inbox event they complete.
CONTEXT_KEY = "tenant"
EVENT_KEY = "inbox_event"
# What Slack says of an installation is heard without its token, which may be dead by then. Bolt sees
# to that for the events of its end, and not for those of access, which come before them in line.
TOKENLESS_KEY = "tokenless"
# Where Bolt's error handler leaves what a listener raised.
ERROR_KEY = "listener_error"

# What does a task: the whole of it, or nothing that a second run would double.
Task = Callable[[Services, TenantContext, InboxEvent], Awaitable[None]]


class ListenerFailed(Exception):
    """A listener raised; the cause is what it raised."""


async def keep_error(error: Exception, context: AsyncBoltContext) -> None:
    """Bolt's error handler: without one, Bolt writes the error to its log and it is gone."""
    context[ERROR_KEY] = error
    if EVENT_KEY not in context:
        log.error("a listener failed on what is answered at once", exc_info=error)


async def dispatch(app: AsyncApp, context: TenantContext, event: InboxEvent) -> None:
    """Run the event's listener to its end. Raises ListenerFailed from what the listener raised."""
    body = orjson.loads(event.payload)
    inner = body.get("event")
    tokenless = isinstance(inner, dict) and inner.get("type") in LIFECYCLE
    # "socket_mode" tells Bolt that the body was verified by the caller and is a mapping.
    request = AsyncBoltRequest(
        body=body,
        mode="socket_mode",
        context={CONTEXT_KEY: context, EVENT_KEY: event, TOKENLESS_KEY: tokenless},
    )
    response = await app.async_dispatch(request)
    if response.status >= 500:
        cause = request.context.get(ERROR_KEY)
        raise ListenerFailed(f"{event.kind} answered {response.status}") from cause


async def run_task(
    tasks: Mapping[str, Task], services: Services, context: TenantContext, event: InboxEvent
) -> None:
    """Do what the product asked of itself. Raises what the task raises."""
    task = tasks.get(str(orjson.loads(event.payload)["task"]))
    if task is None:
        # A newer process has put it there, and will be asked as well.
        raise Postponed("this program does not know the task")
    await task(services, context, event)
