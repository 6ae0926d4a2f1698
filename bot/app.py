"""The feature list: what the Slack app listens to."""

import logging
from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult

from bot.slack.clients import SlackClients
from bot.worker.dispatch import CONTEXT_KEY, Task, keep_error
from core.conversations.notices.tell_owner import TASK as TELL_OWNER
from core.jobs.note_held_back import TASK as HELD_BACK
from core.lifecycle.installation.complete_install import GREETING
from core.services import Services
from handlers import documents, messages, stops
from handlers.commands import aegis, ask
from handlers.workspace import installations, people
from handlers.workspace.held_back import held_back
from handlers.workspace.owner_notice import send_owner_notice
from handlers.workspace.welcome import greet

FEATURES = (messages, ask, aegis, documents, stops, people, installations)

# What the product asks of itself (core/jobs/put_task.py), by name.
TASKS: Mapping[str, Task] = {
    GREETING: greet,
    HELD_BACK: held_back,
    TELL_OWNER: send_owner_notice,
}


def build_app(clients: SlackClients, services: Services) -> AsyncApp:
    """The Bolt app. The intake has verified and stored what it is given, so it verifies nothing,
    and a listener runs to its end before the worker goes on."""

    async def authorize(context: AsyncBoltContext, team_id: str | None) -> AuthorizeResult:
        return await clients.authorize(context[CONTEXT_KEY], team_id)

    app = AsyncApp(
        # Bolt logs whole request bodies below WARNING.
        logger=_quiet_logger(),
        client=clients.api(),
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.error(keep_error)
    for feature in FEATURES:
        feature.register(app, services)
    return app


def _quiet_logger() -> logging.Logger:
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.WARNING)
    return logger
