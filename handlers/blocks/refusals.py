"""What a person reads who is not answered: polite, plain, and saying what can be done."""

from typing import Any

from core.tenancy.model import Standing
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import Rendered, said

GUEST = (
    "Sorry, I only answer full members of this workspace, and you are a guest here. "
    "Nothing was looked up. A member can ask for you."
)
OUTSIDER = (
    "Sorry, I only answer people of this workspace, and you belong to another organization. "
    "Nothing was looked up."
)
UNKNOWN_PERSON = "Sorry, I could not make sure that you are a member of this workspace, so nothing was looked up."
UNKNOWN_WORKSPACE = (
    "AEGIS is not set up for this workspace. Whoever manages its apps can install it again."
)


def refused(standing: Standing) -> Rendered:
    """For somebody who may not ask."""
    return said({"guest": GUEST, "outsider": OUTSIDER}.get(standing, UNKNOWN_PERSON))


def admins_only(word: str) -> Rendered:
    """For a member who typed what is for admins; *word* is one of ours."""
    return said(
        f"Sorry, `/aegis {word}` is for admins and owners of this workspace, and you are neither, "
        "so nothing was done. That you asked is in the log. An admin can do it for you."
    )


def unknown_workspace() -> Rendered:
    return said(UNKNOWN_WORKSPACE)


def unknown_workspace_form(view: object) -> dict[str, Any]:
    """What a form (Slack's view object) is answered: it stays open with what was typed, and has the
    words at its first field. A window without a field shows the words instead of what it showed."""
    blocks = view.get("blocks") if isinstance(view, dict) else None
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, dict) and block.get("type") == "input" and block.get("block_id"):
            return {
                "response_action": "errors",
                "errors": {str(block["block_id"]): UNKNOWN_WORKSPACE},
            }
    words = {"type": "section", "text": {"type": "plain_text", "text": UNKNOWN_WORKSPACE}}
    title = {"type": "plain_text", "text": "AEGIS"}
    return {
        "response_action": "update",
        "view": {"type": "modal", "title": title, "blocks": [words]},
    }


def nothing_asked(command: str = "/ask") -> Rendered:
    return said(
        f"What would you like to know? For example: `{command} how many days of leave do we get?`"
    )


def explained(words: str) -> Rendered:
    """The words of a DomainError, which are safe to show."""
    return said(escape(words))


def gave_up(reference: str) -> Rendered:
    """Something failed on our side for the last time; *reference* finds it in the log."""
    return said(
        "Sorry, something broke on our side and I could not finish this. Please ask again. "
        f"If it keeps happening, give whoever runs AEGIS here the reference `{reference}`."
    )
