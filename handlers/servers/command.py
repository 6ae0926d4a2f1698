"""`/aegis mcp …`: which MCP servers there are, and what an admin can do with them."""

from collections.abc import Awaitable, Callable, Mapping
from difflib import get_close_matches

from core.agents.load_roster import load_roster
from core.agents.model import Roster
from core.connections.mcp.change_servers import Act, list_servers, look_again, remove_server
from core.connections.mcp.model import ToolServer
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.agents.lists import no_such_agent
from handlers.blocks.rendered import Rendered
from handlers.blocks.servers import forms, pages
from handlers.commands.filters import shown
from handlers.commands.typed import Command

Effect = Callable[[Services, Command, ToolServer, Roster], Awaitable[Rendered | None]]


async def servers(services: Services, command: Command, person: Person) -> Rendered | None:
    """What the second word says, or the list. For admins: whoever calls has looked."""
    known = {server.key: server for server in await list_servers(command.tenant)}
    roster = await load_roster(command.tenant)
    word, *rest = [word.lower() for word in command.words[1:]] or [""]
    if word == "":
        return pages.servers_list(list(known.values()), names_of(roster))
    if word == "add":
        await services.screens.open_modal(command.tenant, command.trigger_id, forms.add_form())
        return None
    effect = _EFFECTS.get(word)
    if effect is None:
        nearest = get_close_matches(word, WORDS, n=1, cutoff=0.5)
        unknown = "" if word == "help" else shown(word)
        return pages.servers_help(unknown=unknown, nearest=nearest[0] if nearest else "")
    if not rest:
        return pages.usage_of(word)
    server = known.get(rest[0])
    if server is None:
        near = get_close_matches(rest[0], known, n=1, cutoff=0.5)
        return pages.no_such_server(shown(rest[0]), near[0] if near else "", known)
    return await effect(services, command, server, roster)


def names_of(roster: Roster) -> dict[str, str]:
    return {agent.key: agent.name for agent in roster.everyone}


async def _show(
    services: Services, command: Command, server: ToolServer, roster: Roster
) -> Rendered:
    return pages.server_page(server, names_of(roster))


async def _tools(
    services: Services, command: Command, server: ToolServer, roster: Roster
) -> Rendered | None:
    """For the server as a whole or, with the name of an agent behind it, for that one."""
    whose = " ".join(command.words[3:])
    if not whose:
        form = forms.allow_form(server, roster.everyone)
    elif (agent := roster.find(whose)) is None:
        names = [one.name for one in roster.everyone]
        near = get_close_matches(whose.lower(), (n.lower() for n in names), n=1, cutoff=0.5)
        return no_such_agent(shown(whose), near[0] if near else "", names)
    elif not server.uses:
        return pages.nothing_allowed(server)
    else:
        form = forms.narrow_form(server, agent)
    await services.screens.open_modal(command.tenant, command.trigger_id, form)
    return None


async def _look(
    services: Services, command: Command, server: ToolServer, roster: Roster
) -> Rendered:
    now = await look_again(command.tenant, services.staff.servers, _act(command), key=server.key)
    return pages.server_page(now, names_of(roster), "This is what it offers now.")


async def _remove(
    services: Services, command: Command, server: ToolServer, roster: Roster
) -> Rendered:
    await remove_server(command.tenant, _act(command), key=server.key)
    return pages.server_removed(server.key)


def _act(command: Command) -> Act:
    return Act(command.person_id, command.inbox.event_id)


_EFFECTS: Mapping[str, Effect] = {
    "show": _show,
    "tools": _tools,
    "look": _look,
    "remove": _remove,
}
WORDS = ("help", "add", *_EFFECTS)
