"""What Slack's client makes of typed text: markup, and the rich_text block beside a message."""

import re
from typing import Any

from bot.sandbox.model.people import App, Workspace

Json = dict[str, Any]

_TOKEN = re.compile(
    r"<@(?P<user>U[A-Z0-9]+)>|(?<!\w)@(?P<name>[A-Za-z][\w.-]*)|(?<!\w)#(?P<channel>[a-z0-9_-]+)"
    r"|(?P<url>https?://[^\s<>|]+)"
)


def markup(typed: str, app: App, workspace: Workspace) -> tuple[str, list[Json]]:
    """The message text (`<@U…>`, `<#C…|name>`, `<https://…>`, entities) and its blocks."""
    text, elements, end = "", list[Json](), 0
    for match in _TOKEN.finditer(typed):
        known = _known(match, app, workspace)
        if known is None:
            continue
        before = typed[end : match.start()]
        text += escape(before) + known[0]
        elements += [{"type": "text", "text": before}] if before else []
        elements.append(known[1])
        end = match.end()
    rest = typed[end:]
    elements += [{"type": "text", "text": rest}] if rest else []
    section = {"type": "rich_text_section", "elements": elements}
    return text + escape(rest), [{"type": "rich_text", "elements": [section]}]


def command_words(typed: str, app: App, workspace: Workspace) -> str:
    """The words of a slash command whose manifest says `should_escape`: `<@U…|name>`,
    `<#C…|name>`, `<https://…>`; everything else as it was typed."""

    def escaped(match: re.Match[str]) -> str:
        known = _known(match, app, workspace)
        if known is None:
            return match[0]
        user_id = known[1].get("user_id")
        if user_id is None:
            return known[0]
        return f"<@{user_id}|{workspace.name_of(user_id) or app.name.lower()}>"

    return _TOKEN.sub(escaped, typed)


def escape(text: str) -> str:
    """Slack escapes these three characters and no others."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _known(match: re.Match[str], app: App, workspace: Workspace) -> tuple[str, Json] | None:
    if url := match["url"]:
        return f"<{escape(url)}>", {"type": "link", "url": url}
    if name := match["channel"]:
        channel = workspace.find_channel(name)
        if channel is None or channel.kind == "im":
            return None
        return f"<#{channel.id}|{name}>", {"type": "channel", "channel_id": channel.id}
    user_id = match["user"] or _user_id(match["name"], app, workspace)
    if user_id != workspace.bot_user_id and user_id not in workspace.persons:
        return None
    return f"<@{user_id}>", {"type": "user", "user_id": user_id}


def _user_id(name: str, app: App, workspace: Workspace) -> str:
    if name.lower() == app.name.lower():
        return workspace.bot_user_id
    person = workspace.find_person(name.lower())
    return person.id if person else ""
