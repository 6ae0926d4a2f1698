"""Talk to an MCP server with the official SDK: what it offers, and one call of one tool.

Each conversation is short: opened for one purpose, with an address that was looked at for it, and
closed. Nothing imports this module but `place`, when somebody first needs it.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import httpx2
from mcp import MCPError
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import (
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    EmbeddedResource,
    Implementation,
    TextContent,
    TextResourceContents,
    Tool,
)

from core.connections.mcp.guarded_http import MOST_BYTES, Line, open_guarded
from core.connections.mcp.model import MOST_OFFERED, OfferedTool, digest_of
from core.connections.mcp.place import CHANGED, Changed, Place
from core.connections.mcp.schema import fit_parameters, notes_on
from core.gateway.foreign_text import without_invisible
from core.gateway.tools.model import Arguments, BrokenOff
from core.kernel.errors import DomainError, Invalid, Unavailable

# It logs what servers answer, which is for nobody's eyes.
logging.getLogger("mcp").setLevel(logging.CRITICAL)
log = logging.getLogger(__name__)

Found = TypeVar("Found")

SECONDS = 15.0  # for what a server offers; a call has its tool's own time
MOST_PAGES = 5
LONGEST_DESCRIPTION = 2_000
LONGEST_NOTE = 300
MOST_RESULT = 100_000  # characters of a result that are looked at

_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,128}")
_TROUBLES = {
    "redirect": "The server sends us on to another address. Please add it at that one.",
    "elsewhere": "The server sends us on to another address. Please add it at that one.",
    "too much": f"The server answers with more than {MOST_BYTES // 1_000_000} MB.",
    "too often": "The server wants to be asked too often.",
    "packed": "The server packs its answers, which was not asked for.",
}
_UNKNOWN_TO_IT = "The server does not take the token."
_AWAY = "The server cannot be reached, or does not speak MCP over streamable HTTP."
_SLOW = "The server did not answer in time."
_NOT_DONE = (INVALID_PARAMS, METHOD_NOT_FOUND)


async def list_offered(place: Place) -> tuple[OfferedTool, ...]:
    """See `place`."""
    try:
        async with asyncio.timeout(SECONDS):
            found = await _ask(place, _listed)
    except TimeoutError:
        raise Unavailable(_SLOW) from None
    if not found:
        raise Invalid("The server is there, and offers no tool.")
    by_name: dict[str, Tool] = {}
    for tool in found:
        by_name.setdefault(tool.name, tool)
    return tuple(map(_offered, by_name.values()))


async def call_tool(
    place: Place, expected: OfferedTool, arguments: Arguments, *, writes: bool
) -> str:
    """See `place`."""
    called = False

    async def call(client: Client) -> CallToolResult:
        nonlocal called
        found = next((t for t in await _listed(client) if t.name == expected.name), None)
        if found is None or _offered(found).digest != expected.digest:
            raise Changed(CHANGED)
        called = True
        # Not `call_tool`: it runs the server's own patterns over the answer, in this process.
        params = CallToolRequestParams(name=expected.name, arguments=dict(arguments))
        return await client.session.send_request(CallToolRequest(params=params), CallToolResult)

    try:
        result = await _ask(place, call)
    except Unavailable as error:
        if called and writes and not isinstance(error, _Declined):
            raise BrokenOff from error
        raise
    words = _text_of(result)
    if result.is_error and writes:
        # Its words are foreign, and a failure is told in ours: people read it on the card.
        raise Unavailable("The server says that this did not work.")
    if result.is_error:
        return f"This did not work. The server says: {words}"
    return words or "Done. The server has nothing to say of it."


class _Declined(Unavailable):
    """The server has said no, in so many words: nothing was done."""


async def _ask(place: Place, work: Callable[[Client], Awaitable[Found]]) -> Found:
    """One conversation. What goes wrong in it comes out as one of our own errors, without a word of
    the server's."""
    line = Line()
    outcome: list[Found] = []
    try:
        async with open_guarded(place.network, place.url, place.token, place.verify) as opened:
            http, line = opened
            async with Client(
                streamable_http_client(place.url, http_client=http, max_sse_event_size=MOST_BYTES),
                client_info=Implementation(name="aegis", version="1"),
                cache=None,
                input_required_max_rounds=1,
            ) as client:
                outcome.append(await work(client))
    except Exception as error:
        if outcome:  # it only failed to say goodbye
            return outcome[0]
        raise _explained(error, line) from None
    return outcome[0]


def _explained(error: BaseException, line: Line) -> DomainError:
    causes = list(_leaves(error))
    for cause in causes:
        if isinstance(cause, DomainError):
            return cause
    log.info("an MCP server failed", extra={"causes": [type(c).__name__ for c in causes]})
    if line.trouble:
        return Unavailable(_TROUBLES[line.trouble])
    if line.status in (401, 403):
        return Unavailable(_UNKNOWN_TO_IT)
    if any(isinstance(c, httpx2.TimeoutException | TimeoutError) for c in causes):
        return Unavailable(_SLOW)
    if any(isinstance(c, MCPError) and c.code in _NOT_DONE for c in causes):
        return _Declined("The server does not take this call.")
    return Unavailable(_AWAY)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


async def _listed(client: Client) -> list[Tool]:
    found: list[Tool] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = await client.list_tools(cursor=cursor)
        found += page.tools
        cursor = page.next_cursor
        if cursor is None or len(found) >= MOST_OFFERED:
            break
    return found[:MOST_OFFERED]


def _offered(tool: Tool) -> OfferedTool:
    schema, said = tool.input_schema, tool.description or ""
    digest = digest_of(tool.name, said, schema)
    unfit, parameters = "", {}
    try:
        parameters = fit_parameters(schema)
        if not _NAME.fullmatch(tool.name):
            raise Invalid("Its name is not one that can be used.")
    except Invalid as error:
        unfit = str(error)
    return OfferedTool(
        without_invisible(tool.name)[:128],
        without_invisible(said)[:LONGEST_DESCRIPTION],
        parameters,
        digest,
        tuple((name, without_invisible(n)) for name, n in notes_on(schema, LONGEST_NOTE)),
        unfit,
    )


def _text_of(result: CallToolResult) -> str:
    """The texts of a result; of everything else, that it was there."""
    found = []
    for part in result.content:
        if isinstance(part, TextContent):
            found.append(part.text)
        elif isinstance(part, EmbeddedResource) and isinstance(part.resource, TextResourceContents):
            found.append(part.resource.text)
        else:
            found.append(f"[{part.type}, left out]")
    if not found and result.structured_content is not None:
        found.append(json.dumps(result.structured_content, ensure_ascii=False))
    return "\n\n".join(found)[:MOST_RESULT]
