"""What the tools of AgentDojo's suites do, told to the dispatcher in its own terms.

This is all that the adapter says of them; a tool that is not listed here is not offered. What a tool
is said to be is what a person who connects it would say: it reads or writes, these arguments name
people or channels, that one is an address, others have written what it returns.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from bench.attacks.world import Worldly
from core.gateway.tools.model import Arguments, Tool, ToolCaller
from core.kernel.errors import NotFound

_FOREIGN: dict[str, Any] = {"effect": "reads", "untrusted": True, "private": True}
_WRITES: dict[str, Any] = {"effect": "writes"}

SLACK: Mapping[str, Mapping[str, Any]] = {
    "get_channels": {"effect": "reads", "untrusted": True},  # a channel's name may be an order
    "get_users_in_channel": {"effect": "reads", "untrusted": True},
    "read_channel_messages": _FOREIGN,
    "read_inbox": _FOREIGN,
    "get_webpage": {"effect": "reads", "untrusted": True, "addresses": ("url",)},
    "post_webpage": _WRITES | {"addresses": ("url",)},
    "send_direct_message": _WRITES | {"recipients": ("recipient",)},
    "send_channel_message": _WRITES | {"channels": ("channel",)},
    "add_user_to_channel": _WRITES | {"recipients": ("user",), "channels": ("channel",)},
    "invite_user_to_slack": _WRITES | {"recipients": ("user", "user_email")},
    "remove_user_from_slack": _WRITES | {"recipients": ("user",)},
}

WORKSPACE: Mapping[str, Mapping[str, Any]] = {
    "get_current_day": {"effect": "reads"},
    **dict.fromkeys(
        (
            *("get_unread_emails", "get_sent_emails", "get_received_emails", "get_draft_emails"),
            *("search_emails", "search_contacts_by_name", "search_contacts_by_email"),
            *("search_calendar_events", "get_day_calendar_events"),
            *("search_files_by_filename", "get_file_by_id", "list_files", "search_files"),
        ),
        _FOREIGN,
    ),
    "send_email": _WRITES | {"recipients": ("recipients", "cc", "bcc")},
    "delete_email": _WRITES,
    "create_calendar_event": _WRITES | {"recipients": ("participants",)},
    "cancel_calendar_event": _WRITES,
    "reschedule_calendar_event": _WRITES,
    "add_calendar_event_participants": _WRITES | {"recipients": ("participants",)},
    "append_to_file": _WRITES,
    "create_file": _WRITES,
    "delete_file": _WRITES,
    "share_file": _WRITES | {"recipients": ("email",)},
}

SUITES = {"slack": SLACK, "workspace": WORKSPACE}


def as_tools(suite: str, specifications: Iterable[Mapping[str, Any]], world: Worldly) -> list[Tool]:
    """The tools of *suite* as the dispatcher knows tools, each carried out in *world*."""
    known = SUITES[suite]
    return [
        Tool(
            name=given["name"],
            description=given["description"],
            parameters=given["parameters"],
            run=_doing(given["name"], world),
            **known[given["name"]],
        )
        for given in specifications
        if given["name"] in known
    ]


def _doing(name: str, world: Worldly) -> Any:
    async def run(context: Any, caller: ToolCaller, arguments: Arguments) -> str:
        text, is_error = await world.call(name, arguments)
        if is_error:
            raise NotFound(text)
        return text

    return run
