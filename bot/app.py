"""The feature list: what the Slack app listens to."""

import logging
from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult

from bot.intake.accept import FormCheck
from bot.slack.clients import SlackClients
from bot.worker.dispatch import CONTEXT_KEY, TOKENLESS_KEY, Task, keep_error
from core.conversations.approvals.resume_turn import TASK as RESUME_TURN
from core.conversations.files.accept_file import TASK as READ_FILE
from core.conversations.notices.tell_owner import TASK as TELL_OWNER
from core.conversations.turns.abandon_turn import GIVE_UP_TURN
from core.jobs.note_held_back import TASK as HELD_BACK
from core.knowledge.renewal.renew_embeddings import TASK as RENEW_EMBEDDINGS
from core.lifecycle.installation.complete_install import GREETING, RECONCILING
from core.services import Services
from handlers import files, messages, stops
from handlers.agents import approvals, forms, home, pressing
from handlers.answers import alone, asking, gaps, judging, saving, sharing, sources
from handlers.commands import aegis, ask
from handlers.giving_up import give_up_turn
from handlers.knowledge import cards
from handlers.knowledge import pressing as knowledge
from handlers.memory import pressing as memory
from handlers.policies import forms as policy_forms
from handlers.servers import forms as server_forms
from handlers.workspace import installations, people
from handlers.workspace.held_back import held_back
from handlers.workspace.organization_welcome import GREET_ORGANIZATION, greet_organization
from handlers.workspace.owner_notice import send_owner_notice
from handlers.workspace.renewing import renew_embeddings
from handlers.workspace.welcome import greet

FEATURES = (
    *(messages, ask, aegis, cards, stops, approvals, judging, asking, sharing, saving),
    *(alone, sources, forms, home, pressing, memory, knowledge, policy_forms, server_forms),
    *(people, installations, gaps),
)

# What can be said of a form while it is still open, without a look into the database: words for
# each block, by the form's callback id.
FORM_CHECKS: Mapping[str, FormCheck] = {
    **asking.AT_ONCE,
    **forms.AT_ONCE,
    **memory.AT_ONCE,
    **policy_forms.AT_ONCE,
    **server_forms.AT_ONCE,
}

# What the product asks of itself (core/jobs/put_task.py), by name.
TASKS: Mapping[str, Task] = {
    GIVE_UP_TURN: give_up_turn,
    GREETING: greet,
    GREET_ORGANIZATION: greet_organization,
    HELD_BACK: held_back,
    installations.LOOK_AGAIN: installations.look_again,
    READ_FILE: files.read_file,
    RECONCILING: installations.reconcile,
    RESUME_TURN: approvals.resume,
    RENEW_EMBEDDINGS: renew_embeddings,
    TELL_OWNER: send_owner_notice,
}


def build_app(clients: SlackClients, services: Services) -> AsyncApp:
    """The Bolt app. The intake has verified and stored what it is given, so it verifies nothing,
    and a listener runs to its end before the worker goes on."""

    async def authorize(context: AsyncBoltContext, team_id: str | None) -> AuthorizeResult:
        if context.get(TOKENLESS_KEY):
            return AuthorizeResult(enterprise_id=None, team_id=team_id)
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
