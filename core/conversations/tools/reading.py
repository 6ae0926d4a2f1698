"""Tools that only look: into the documents, at who is who, at the clock."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.conversations import store
from core.db.tenant import TenantContext
from core.gateway.tools.model import Arguments, Tool, ToolCaller
from core.kernel.errors import Invalid, NotFound, Refused
from core.knowledge import store as knowledge
from core.knowledge.access.find_asker import find_asker
from core.knowledge.access.find_named import find_named
from core.knowledge.model import Asker, Within
from core.knowledge.ports import Embedder
from core.knowledge.search import search
from core.tenancy.membership.readers import Readers

MOST_CHUNKS = 40
MOST_PEOPLE = 20
_DAY = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_TITLE = {"type": "string", "minLength": 1, "maxLength": 300}


def reading_tools(embedder: Embedder | None, readers: Readers) -> tuple[Tool, ...]:
    """What every agent may be given; each with the rights of whoever asks."""
    about = "Read one of the company's documents from its beginning, by its exact title."
    who = "Find people of this workspace by a part of their name: their Slack id and standing."
    clock = "The date and time now, in a time zone such as Europe/Madrid."
    return (
        _search_tool(embedder, readers),
        Tool(
            "read_document",
            about,
            _schema(title=_TITLE),
            "reads",
            partial(read_document, readers),
            untrusted=True,
            private=True,
        ),
        Tool(
            "who_is_who",
            who,
            _schema(name=_text(80)),
            "reads",
            who_is_who,
            untrusted=True,  # people choose their own names
            private=True,
        ),
        Tool("current_time", clock, _schema(zone=_text(60)), "reads", current_time),
    )


def _search_tool(embedder: Embedder | None, readers: Readers) -> Tool:
    async def search_knowledge(
        context: TenantContext, caller: ToolCaller, arguments: Arguments
    ) -> str:
        asker = await _asker(context, readers, caller)
        within = await _within(context, readers, asker, arguments)
        found = await search(
            context, embedder, question=arguments["query"], asker=asker, within=within
        )
        caller.note(
            documents=sorted({one.document_id for one in found.found}),
            left_out=sorted(found.left_out),
        )
        if not found.found:
            return "Nothing in the documents is about this."
        return "\n\n".join(
            f"{f.title}{f', page {f.page}' if f.page else ''} · {f.heading}\n{f.text}"
            for f in found.found
        )

    return Tool(
        "search_knowledge",
        "Search the company's documents for passages about something. Look into one document alone by"
        " its title (or, in a direct message, the number that the person's list shows), or into some by"
        " what their titles begin with (`handbook/`) or by the day they were added.",
        _schema(
            query={"type": "string", "minLength": 1, "maxLength": 1_000},
            optional={
                "document": _TITLE,
                "title_start": _text(300),
                "added_since": _DAY,
                "added_before": _DAY,
            },
        ),
        "reads",
        search_knowledge,
        untrusted=True,
        private=True,
    )


async def read_document(
    readers: Readers, context: TenantContext, caller: ToolCaller, arguments: Arguments
) -> str:
    """Raises NotFound also for a document that this person may not see: nobody learns that it is."""
    asker = await _asker(context, readers, caller)
    wanted = arguments["title"].strip().casefold()
    async with context.db.transaction() as tx:
        known = await knowledge.list_documents(tx, asker.sight)
        found = next((one for one in known if one.title.casefold() == wanted), None)
        if found is None:
            raise NotFound("There is no document of that title here.")
        chunks = await knowledge.list_chunks(tx, found.document_id, MOST_CHUNKS)
    caller.note(documents=[found.document_id])
    return "\n\n".join(f"{heading}\n{text}" if heading else text for heading, _, text in chunks)


async def who_is_who(context: TenantContext, caller: ToolCaller, arguments: Arguments) -> str:
    """Only people whom this workspace's records hold; no address of anybody."""
    name = arguments["name"].strip().replace("\\", "").replace("%", "").replace("_", "")
    async with context.db.transaction() as tx:
        people = await store.list_people(tx, name, MOST_PEOPLE)
    if not people:
        return "Nobody I know here has such a name."
    return "\n".join(
        f"{shown or 'no name'} · {person_id} · {standing}" for person_id, shown, standing in people
    )


async def current_time(context: TenantContext, caller: ToolCaller, arguments: Arguments) -> str:
    """Raises Invalid for a zone that is none."""
    try:
        zone = ZoneInfo(arguments["zone"].strip() or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("There is no such time zone. Use a name such as Europe/Madrid.") from None
    return datetime.now(UTC).astimezone(zone).strftime("%A, %d %B %Y, %H:%M (%Z)")


async def _within(
    context: TenantContext, readers: Readers, asker: Asker, arguments: Arguments
) -> Within:
    """Raises Invalid for a day that is none, and NotFound for a document that is not to be seen."""
    wanted = arguments.get("document")
    named = await find_named(context, readers, wanted, asker=asker) if wanted else None
    return Within(
        document_id=named.document_id if named else None,
        title_start=arguments.get("title_start") or None,
        added_from=_day(arguments.get("added_since")),
        added_before=_day(arguments.get("added_before")),
    )


def _day(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(f"{text} is no day. Write it as 2026-03-31.") from None


async def _asker(context: TenantContext, readers: Readers, caller: ToolCaller) -> Asker:
    """Whoever asks, and who reads along at the time of the call. Raises Refused for an agent that looks
    into no documents."""
    reach = caller.place.get("reach")
    if reach == "none":
        raise Refused("This agent does not look into documents.")
    return await find_asker(
        context,
        readers,
        person_id=caller.person_id,
        channel=str(caller.place.get("channel") or ""),
        private=bool(caller.place.get("private", caller.private)),
        said_there=caller.place.get("said_there") is True,
        workspace_only=reach == "workspace",
    )


def _text(longest: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest}


def _schema(
    *, optional: Mapping[str, Any] | None = None, **properties: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
        "additionalProperties": False,
    }
