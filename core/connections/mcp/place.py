"""A server as it is talked to, and the door to the SDK that does the talking."""

import asyncio
from dataclasses import dataclass
from importlib import import_module
from ssl import SSLContext
from typing import Protocol, cast

from core.connections.mcp.model import OfferedTool
from core.connections.network import Network
from core.gateway.tools.model import Arguments
from core.kernel.errors import Conflict
from core.kernel.secret import Secret

CHANGED = (
    "This tool is not what an admin has allowed any more: its server describes it in another way "
    "now. It is off until an admin has looked at it."
)


class Changed(Conflict):
    """The server describes the tool in another way than when it was allowed."""


@dataclass(frozen=True, slots=True)
class Place:
    """*verify*: other certificates than the system's."""

    network: Network
    url: str
    token: Secret | None = None
    verify: SSLContext | None = None


async def list_offered(place: Place) -> tuple[OfferedTool, ...]:
    """The tools a server has. Raises Refused, Unavailable and Invalid, in words for an admin."""
    return await (await _sdk()).list_offered(place)


async def call_tool(
    place: Place, expected: OfferedTool, arguments: Arguments, *, writes: bool
) -> str:
    """What came of it, as text: foreign words.

    The tool is looked at before it is called. Raises Changed when it is another one by now,
    Unavailable when nothing was done, and BrokenOff when nobody knows.
    """
    return await (await _sdk()).call_tool(place, expected, arguments, writes=writes)


class _Talking(Protocol):
    """The module `talking`."""

    async def list_offered(self, place: Place) -> tuple[OfferedTool, ...]: ...

    async def call_tool(
        self, place: Place, expected: OfferedTool, arguments: Arguments, *, writes: bool
    ) -> str: ...


async def _sdk() -> _Talking:
    """Imported when somebody first needs it, and beside the loop: the SDK brings a web server along,
    which takes a second and 60 MB, and most tenants have no server."""
    found = await asyncio.to_thread(import_module, "core.connections.mcp.talking")
    return cast(_Talking, found)
