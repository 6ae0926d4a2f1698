"""From a verified body to a stored event: the same for HTTP and Socket Mode."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import orjson

from bot.intake import addressing
from bot.intake.addressing import Addressed, Origin
from bot.intake.batch import EventBatch
from bot.worker.failures import is_around
from core.jobs.model import IncomingEvent
from core.jobs.note_held_back import TASK
from core.kernel.errors import Postponed
from core.kernel.ids import TenantId
from core.tenancy.workspaces import Workspaces
from handlers.blocks.refusals import unknown_workspace, unknown_workspace_form

log = logging.getLogger(__name__)

UNKNOWN_WORKSPACE = unknown_workspace().text
# Slack waits for 3 s. Who is not stored by then is told to come again, and not kept in line.
ANSWER_SECONDS = 2.5
MOST_TOLD = 20  # at a time, of those who press buttons where nobody is served

# What is wrong with a form that was sent (Slack's view object), by block; empty when nothing is.
FormCheck = Callable[[Mapping[str, Any]], dict[str, str]]
# What of a form is sealed before it is stored.
Hide = Callable[[TenantId, str], Awaitable[str]]
# Say words at the address that came with a click. Raises nothing.
Tell = Callable[[str, str], Coroutine[Any, Any, None]]
AnswerNow = Callable[[TenantId, dict[str, Any]], Awaitable[dict[str, Any]]]


async def no_options(*asked: object) -> dict[str, Any]:
    """What is shown in a menu that nobody fills."""
    return {"options": []}


async def hide_nothing(tenant: TenantId, raw: str) -> str:
    return raw


async def tell_nobody(response_url: str, words: str) -> None:
    """Where nobody can be told."""


class Intake:
    """Accepts what Slack sent. When a method returns, the event is committed or needs no work.

    Every method raises Malformed, and Postponed when it could not be stored in time.
    """

    def __init__(
        self,
        workspaces: Workspaces,
        batch: EventBatch,
        app_id: str | None,
        answer_now: AnswerNow = no_options,
        form_checks: Mapping[str, FormCheck] | None = None,
        hide: Hide = hide_nothing,
        tell: Tell = tell_nobody,
    ) -> None:
        self._workspaces = workspaces
        self._batch = batch
        self._app_id = app_id
        self._answer_now = answer_now
        self._form_checks = form_checks or {}
        self._hide = hide
        self._tell = tell
        self._telling: set[asyncio.Task[None]] = set()
        self._looking_up: dict[Origin, asyncio.Task[TenantId | None]] = {}

    async def accept_event(self, envelope: dict[str, Any], raw: str) -> bool:
        """An events_api envelope; False when it was not ours to keep."""
        if self._is_foreign(envelope):
            return False
        return await self._accept(addressing.address_event(envelope), raw)

    async def accept_command(self, form: dict[str, Any]) -> bool:
        """A slash command; False when the workspace is unknown."""
        if self._is_foreign(form):
            return False
        return await self._accept(addressing.address_command(form), addressing.written(form))

    async def accept_interaction(self, payload: dict[str, Any]) -> dict[str, Any] | None:
        """A click, a modal, a shortcut: stored. At once: what a menu asks for as its options, and what
        is wrong with a form, which then stays open and is not stored; nor is one that is nobody's."""
        if self._is_foreign(payload):
            return None
        addressing.check_interaction(payload)
        raw = addressing.written(payload)
        if payload.get("type") == "block_suggestion":
            return await self._options(payload)
        if wrong := self._wrong_with(payload):
            return {"response_action": "errors", "errors": wrong}
        addressed = addressing.address_interaction(payload)
        if addressed is None or await self._accept(addressed, raw):
            return None
        if payload.get("type") == "view_submission":
            return unknown_workspace_form(payload.get("view"))
        self._tell_unserved(payload)
        return None

    async def accept_rate_limit(self, body: dict[str, Any]) -> bool:
        """Slack holds back a workspace's events for the rest of a minute: too many in an hour. The
        notice has no id; stored is a task that tells the origin."""
        if self._is_foreign(body):
            return False
        addressed, minute = addressing.address_rate_limit(body)
        extra = {"team": addressed.origin.id, "minute": minute}
        log.warning("Slack holds back events of a workspace", extra=extra)
        task = orjson.dumps({"task": TASK, "minute": minute}).decode()
        return await self._accept(addressed, task)

    def _tell_unserved(self, payload: dict[str, Any]) -> None:
        """Who pressed a button where nobody is served, for the workspace is frozen or unknown, reads so
        at the address that came with it: Slack shows nothing of what the press itself is answered."""
        response_url = payload.get("response_url")
        if isinstance(response_url, str) and response_url and len(self._telling) < MOST_TOLD:
            telling = asyncio.create_task(self._tell(response_url, UNKNOWN_WORKSPACE))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    def _is_foreign(self, body: dict[str, Any]) -> bool:
        app_id = body.get("api_app_id")
        if self._app_id is None or app_id is None or app_id == self._app_id:
            return False
        log.warning("request for another app ignored")
        return True

    async def _accept(self, addressed: Addressed | None, raw: str) -> bool:
        if addressed is None:
            return False
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._store(addressed, raw)
        except TimeoutError:
            raise Postponed("the database did not answer in time") from None
        except Exception as error:
            if is_around(error):
                raise Postponed(f"the database is away: {type(error).__name__}") from error
            raise

    async def _store(self, addressed: Addressed, raw: str) -> bool:
        tenant = await self._tenant_of(addressed.origin)
        if tenant is None:
            extra = {"team": addressed.origin.id}
            log.warning("event of an unknown workspace ignored", extra=extra)
            return False
        # PostgreSQL text cannot hold the NUL that this would become once the JSON is read.
        raw = await self._hide(tenant, raw) if addressed.kind == "view" else raw
        payload = raw.replace("\\u0000", "\\ufffd") if addressed.wakes else ""
        await self._batch.accept(
            IncomingEvent(
                tenant,
                addressed.mailbox,
                addressed.event_id,
                addressed.kind,
                payload,
                addressed.wakes,
            )
        )
        return True

    def _wrong_with(self, payload: dict[str, Any]) -> dict[str, str]:
        view = payload.get("view")
        if payload.get("type") != "view_submission" or not isinstance(view, dict):
            return {}
        check = self._form_checks.get(str(view.get("callback_id")))
        return check(view) if check else {}

    async def _options(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Nothing is stored: an answer that comes late is of no use, and the next key press asks
        again. Whatever goes wrong, the menu is empty."""
        origin = addressing.origin_of_interaction(payload)
        asking = asyncio.create_task(self._ask(origin, payload))
        await asyncio.wait({asking}, timeout=ANSWER_SECONDS)
        if not asking.done():
            # Not awaited: a database that hangs takes its time over a cancellation.
            asking.cancel()
            log.error("a menu got no options in time")
        elif (error := asking.exception()) is not None:
            log.error("a menu got no options", exc_info=error)
        else:
            return asking.result()
        return await no_options()

    async def _ask(self, origin: Origin, payload: dict[str, Any]) -> dict[str, Any]:
        tenant = await self._tenant_of(origin)
        return await no_options() if tenant is None else await self._answer_now(tenant, payload)

    async def _tenant_of(self, origin: Origin) -> TenantId | None:
        """One look-up at a time for each origin, in a task of its own: a request that is given up
        must not wait until a database that hangs has taken its cancellation."""
        if self._workspaces.is_kept(origin.id, origin.within):
            return await self._look_up(origin)
        looking = self._looking_up.get(origin)
        if looking is None:
            looking = asyncio.create_task(self._look_up(origin))
            self._looking_up[origin] = looking
            looking.add_done_callback(lambda task: self._looked_up(origin, task))
        return await asyncio.shield(looking)

    async def _look_up(self, origin: Origin) -> TenantId | None:
        if origin.is_organization:
            return await self._workspaces.organization_of(origin.id)
        return await self._workspaces.tenant_of(origin.id, origin.within)

    def _looked_up(self, origin: Origin, task: asyncio.Task[TenantId | None]) -> None:
        del self._looking_up[origin]
        if not task.cancelled():
            task.exception()  # told to whoever still waits; if nobody does, to nobody
