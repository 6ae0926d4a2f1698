"""The workspace of SLACK_BOT_TOKEN: connected at the start, or as soon as Slack is there."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import chain, repeat

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.tokens import SlackAway, SlackConnectionError, check_bot_token
from core.db.database import Database
from core.kernel.errors import Postponed, Refused, Unavailable
from core.kernel.secret import Secret
from core.kernel.waiting.outage import DATABASE_AWAY
from core.kernel.waiting.tasks import end
from core.lifecycle.installation.connect_given import connect_given
from core.tenancy.install_workspace import Grant, Provisioner
from core.tenancy.workspaces import Workspaces

log = logging.getLogger(__name__)

# The start waits so long for the first try, and for no other.
START_SECONDS = 5.0
_PAUSES = (1.0, 5.0, 15.0)
_LONGEST_PAUSE = 60.0
_PASSING = (SlackAway, Postponed, Unavailable, OSError, *DATABASE_AWAY)


@asynccontextmanager
async def connecting(
    database: Database, provisioner: Provisioner, api: AsyncWebClient, token: Secret
) -> AsyncIterator[None]:
    """Tried until Slack answers, while events are taken already.

    Raises SlackConnectionError for a token that Slack refuses where no workspace is served at all.
    """
    trying = asyncio.create_task(_connect(database, provisioner, api, token))
    try:
        await asyncio.wait({trying}, timeout=START_SECONDS)
        if trying.done():
            trying.result()
        yield
    finally:
        await end(trying)


async def _connect(
    database: Database, provisioner: Provisioner, api: AsyncWebClient, token: Secret
) -> None:
    for pause in chain(_PAUSES, repeat(_LONGEST_PAUSE)):
        try:
            await _connect_once(database, provisioner, api, token)
        except _PASSING as error:
            log.warning(
                "the workspace of SLACK_BOT_TOKEN is connected later: %s", type(error).__name__
            )
            await asyncio.sleep(pause)
        except Refused as error:
            # A frozen workspace stops nobody: it is to be thawed, or erased by a job.
            log.warning("the workspace of SLACK_BOT_TOKEN is not served: %s", error)
            return
        except SlackConnectionError as error:
            if not await Workspaces(database).list_active():
                raise
            log.error("%s", error)
            return
        else:
            return


async def _connect_once(
    database: Database, provisioner: Provisioner, api: AsyncWebClient, token: Secret
) -> None:
    found = await check_bot_token(api)
    grant = Grant(found.team_id, token, found.bot_user_id, found.scopes)
    if not await connect_given(database, provisioner, grant):
        log.info("the workspace of SLACK_BOT_TOKEN keeps the token it has")
