"""What an admin reads of MCP servers. What a server says stands in plain text, where nothing is live."""

from collections.abc import Iterable, Mapping, Sequence

from core.connections.mcp.model import OfferedTool, ToolServer
from core.gateway.tools.showing import visible
from handlers.blocks.markdown import neutral
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import MOST_BLOCKS, MOST_TEXT, Block, Rendered, said, section

HELP = """\
*MCP servers: tools of others, for your agents*
• `/aegis mcp`: which servers there are, and who may use what
• `/aegis mcp add`: add one; nobody may use it before you allow its tools
• `/aegis mcp show jira`: what its tools say of themselves
• `/aegis mcp tools jira`: allow tools, and say which agents may use them
• `/aegis mcp tools jira finance`: say which of them one agent may use, and how
• `/aegis mcp look jira`: ask it what it offers now; a tool that was changed is off until you allow it again
• `/aegis mcp remove jira`: remove it, and its token with it
A tool waits for a yes each time, unless you mark it as reading. Whatever a server answers is data to an agent, and never \
an order."""
NONE = "No MCP server is added. `/aegis mcp add` adds one; `/aegis mcp help` says what that is."
_RULES = {"ask": "asks each time", "allow": "without asking", "never": "never"}
_USES = {"asks": "asks each time", "reads": "reads"}


def servers_help(*, unknown: str = "", nearest: str = "") -> Rendered:
    """*unknown* is a word that is none of ours; *nearest* one of ours."""
    hint = f" Did you mean `/aegis mcp {nearest}`?" if nearest else ""
    return said(f"I do not know `/aegis mcp {unknown}`.{hint}\n\n{HELP}" if unknown else HELP)


def usage_of(word: str) -> Rendered:
    return said(f"Please name a server, as in `/aegis mcp {word} jira`. `/aegis mcp` lists them.")


def no_such_server(typed: str, nearest: str, known: Iterable[str]) -> Rendered:
    hint = f"Did you mean `{nearest}`? " if nearest else ""
    names = ", ".join(f"`{name}`" for name in known)
    return said(
        f"There is no server `{typed}`. {hint}" + (f"There are: {names}" if names else NONE)
    )


def servers_list(servers: Sequence[ToolServer], agents: Mapping[str, str]) -> Rendered:
    """*agents*: their names by key."""
    if not servers:
        return said(NONE)
    lines = [_summary(server, agents) for server in servers]
    text = "\n".join(["*MCP servers*", *lines])
    return Rendered(text[:MOST_TEXT], [section(line) for line in ("*MCP servers*", *lines)])


def server_page(server: ToolServer, agents: Mapping[str, str], news: str = "") -> Rendered:
    """A server with all that it offers, in its own words; *news* says what was just done."""
    head = "\n".join(part for part in (news, _summary(server, agents)) if part)
    end = f"`/aegis mcp tools {server.key}` says who may use what of it."
    words = _plainly(_told(server, tool) for tool in server.offered)
    blocks = [section(head), *words[: MOST_BLOCKS - 2], section(end)]
    foreign = "\n".join(escape(neutral(block["text"]["text"])) for block in words)
    return Rendered(f"{head}\n{foreign}"[: MOST_TEXT - 200] + f"\n{end}", blocks)


def nothing_allowed(server: ToolServer) -> Rendered:
    """Before a tool is given to one agent, it has to be allowed at all."""
    return said(
        f"Nothing of `{server.key}` is allowed yet. `/aegis mcp tools {server.key}` allows tools of it."
    )


def server_allowed(server: ToolServer, agents: Mapping[str, str]) -> Rendered:
    return said(f"Saved. {_summary(server, agents)}\nIt holds from the next question on.")


def server_removed(key: str) -> Rendered:
    return said(
        f"The server `{key}` is removed, and its token with it. No agent can use it any more."
    )


def _summary(server: ToolServer, agents: Mapping[str, str]) -> str:
    token = ", with a token" if server.has_token else ""
    lines = [f"*{server.key}* · `{server.host}`{token} · offers {len(server.offered)} tools"]
    uses = [f"`{neutral(n)}` ({_USES[use]})" for n, use in sorted(server.uses.items())]
    who = ", ".join(escape(agents.get(key, key)) for key in sorted(server.agents)) or "nobody"
    lines.append(
        f"Allowed: {', '.join(uses)}, for {who}" if uses else "Nothing of it is allowed yet."
    )
    lines += [
        f"{escape(agents.get(key, key))} alone: "
        + ", ".join(f"`{neutral(n)}` ({_RULES[rule]})" for n, rule in sorted(own.items()))
        for key, own in sorted(server.narrowed.items())
    ]
    if server.changed:
        names = ", ".join(f"`{neutral(name)}`" for name in sorted(server.changed))
        lines.append(f":warning: Changed since you allowed it, so off until you look: {names}")
    return "\n".join(lines)[: MOST_TEXT - 300]


def _told(server: ToolServer, tool: OfferedTool) -> str:
    state = _USES.get(server.uses.get(tool.name, ""), "not allowed")
    if tool.unfit:
        state = f"cannot be allowed: {tool.unfit}"
    elif tool.name in server.changed:
        state = "changed, so off"
    notes = [f"  {name}: {words}" for name, words in tool.notes]
    arguments = ", ".join(tool.parameters.get("properties", {})) or "none"
    lines = [f"{tool.name} ({state})", tool.description, f"  takes: {arguments}", *notes]
    return visible("\n".join(line for line in lines if line.strip()))[: MOST_TEXT - 100]


def _plainly(texts: Iterable[str]) -> list[Block]:
    """In as few blocks of plain text as hold them."""
    joined: list[str] = []
    for text in texts:
        if joined and len(joined[-1]) + len(text) + 2 <= MOST_TEXT:
            joined[-1] += f"\n\n{text}"
        else:
            joined.append(text)
    return [
        {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}
        for text in joined
    ]
