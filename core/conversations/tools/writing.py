"""Tools that change something others see: a post in a channel, a document for everyone."""

import re
from collections.abc import Callable
from functools import partial

from core.conversations import store
from core.conversations.model import Outgoing
from core.conversations.outbox import post
from core.conversations.ports import Messenger
from core.db.tenant import TenantContext
from core.gateway.tools.model import Arguments, Tool, ToolCaller
from core.kernel.errors import Conflict, NotFound
from core.knowledge.arrivals.take_in import Shelf
from core.knowledge.ingest_document import ingest_document
from core.knowledge.model import Ingested
from core.tenancy.ports import Directory
from core.tenancy.recognize_person import recognize_person

NOT_THERE = (
    "Whoever asked for this has asked me nothing in such a channel, and I post only where they have. "
    "They can mention me there once. A channel is named by its id (C…)."
)
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}")


def writing_tools(
    messenger: Messenger, shelf: Shelf, to_mrkdwn: Callable[[str], str], directory: Directory
) -> tuple[Tool, ...]:
    """*to_mrkdwn* makes what a model wrote harmless: no mention, no link of its own making."""
    return _posting_tool(messenger, to_mrkdwn), _saving_tool(shelf, directory)


def _posting_tool(messenger: Messenger, to_mrkdwn: Callable[[str], str]) -> Tool:
    async def post_to_channel(
        context: TenantContext, caller: ToolCaller, arguments: Arguments
    ) -> str:
        """Raises NotFound for a channel in which this person has never asked us anything. An
        agent goes nowhere its person may not be."""
        channel = arguments["channel"].strip().lstrip("#")
        async with context.db.transaction() as tx:
            is_theirs = await store.has_asked_in(tx, channel, caller.person_id)
        if not _CHANNEL.fullmatch(channel) or not is_theirs:
            raise NotFound(NOT_THERE)
        message = Outgoing(channel, to_mrkdwn(arguments["text"]))
        await post(context, messenger, message, key=f"tool:{caller.step_id}")
        return "Posted."

    return Tool(
        "post_to_channel",
        "Post a message in a channel where the person has asked you before, given by its id (C…). "
        "People are asked first.",
        _texts(channel=40, text=3_000),
        "writes",
        post_to_channel,
        show=lambda a: f"Post in the channel {a['channel']}:\n\n{a['text']}",
        channels=("channel",),
        repeatable=True,  # the step's id is the key of its row in the outbox
    )


def _saving_tool(shelf: Shelf, directory: Directory) -> Tool:
    async def save_to_knowledge(
        context: TenantContext, caller: ToolCaller, arguments: Arguments
    ) -> str:
        done = await _save(context, shelf, directory, caller, arguments)
        earlier = ", in place of the version before" if done.replaces else ""
        return f"Saved as {done.document.title}{earlier}."

    return Tool(
        "save_to_knowledge",
        "Save a text as a document that everyone in the workspace gets answers from.",
        _texts(title=200, text=8_000),
        "writes",
        save_to_knowledge,
        show=lambda a: (
            f"Save for everyone, under the title {a['title']}:\n"
            f"(It replaces the document that has this title, if there is one.)\n\n{a['text']}"
        ),
        repeatable=True,  # the same content again changes nothing
        seconds=60.0,
    )


async def _save(
    context: TenantContext,
    shelf: Shelf,
    directory: Directory,
    caller: ToolCaller,
    arguments: Arguments,
) -> Ingested:
    """Raises Conflict for the title of a document that somebody else has added, unless it is for an
    admin: Slack is asked now whether they are one."""
    save = partial(
        ingest_document,
        context,
        shelf.reader,
        shelf.embedder,
        title=arguments["title"],
        content=arguments["text"].encode(),
        added_by=caller.person_id,
        reference=caller.step_id,
        quota=shelf.quota,
    )
    try:
        return await save()
    except Conflict:
        person = await recognize_person(
            context, directory, caller.person_id, home_team=None, fresh_seconds=0
        )
        if not person.may_administer:
            raise
    return await save(may_replace_any=True)


def _texts(**longest: int) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {
            name: {"type": "string", "minLength": 1, "maxLength": most}
            for name, most in longest.items()
        },
        "required": list(longest),
        "additionalProperties": False,
    }
