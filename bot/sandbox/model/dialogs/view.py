"""What an app shows one person beside messages: a modal, or their Home."""

import secrets
from dataclasses import dataclass
from typing import Any

from bot.sandbox.model.people import App, Workspace

Json = dict[str, Any]


@dataclass(kw_only=True)
class View:
    """`view` is what the app sent; `hash` changes with every update."""

    id: str
    view: Json
    hash: str
    root_id: str
    previous_id: str | None = None


def new_hash() -> str:
    """A new value for a view that has changed."""
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"


def view_wire(app: App, workspace: Workspace, shown: View, values: Json | None = None) -> Json:
    """The view object, with what stands in its fields. With an organization's installation it names
    the organization, as in docs.slack.dev, "Work Objects"."""
    organization = None if workspace.installed else workspace.organization_id
    installed_for = organization or workspace.id
    usual: Json = {"callback_id": "", "external_id": "", "private_metadata": ""}
    usual |= {"clear_on_close": False, "notify_on_close": False}
    if shown.view["type"] == "modal":
        usual |= {"submit": None, "close": None}
    return {
        **usual,
        **shown.view,
        "id": shown.id,
        "team_id": workspace.id,
        "app_id": app.id,
        "app_installed_team_id": installed_for,
        "bot_id": workspace.bot_id,
        "hash": shown.hash,
        "root_view_id": shown.root_id,
        "previous_view_id": shown.previous_id,
        "state": {"values": values or {}},
    }
