"""The card that asks for a yes: exactly what would be done, by whom, and in the end what became of it.

What a model wrote stands in plain text blocks, where Slack makes nothing live of it.
"""

import re
from collections.abc import Iterable

from core.gateway.approvals.model import ApprovalRule, rule_in
from core.gateway.approvals.settle_step import counted
from core.gateway.tools.steps import ToolStep
from handlers.blocks.markdown import neutral
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import MOST_TEXT, Block, Rendered, context, said, section

APPROVE = "approvals.approve"
DECLINE = "approvals.decline"

# What the buttons say, where `Approve` would be too big a word.
_LABELS = {"remember": ("Confirm", "No"), "forget": ("Forget it", "Keep it")}
MOST_NAMED = 10
_PERSON = re.compile(r"[UW][A-Z0-9]+")
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")


def approval_card(step: ToolStep, agent: str) -> Rendered:
    """With buttons while it waits; afterwards with what became of it."""
    name = escape(neutral(agent))
    asked_by = _people([step.person_id]) or "somebody"
    head = f"*{name}* wants to do this for {asked_by}:"
    if step.state != "waiting":
        head = f"*{name}* wanted to do this for {asked_by}:"
    status = " ".join(_status(step))
    blocks = [section(head), *_plainly(step.shown)]
    channels = [f"<#{c}>" for c in step.detail.get("channels", ()) if _CHANNEL.fullmatch(str(c))]
    if channels:
        blocks.append(context(f"Channel: {', '.join(channels)}"))
    blocks.append(context(status))
    if step.state == "waiting":
        blocks.append({"type": "actions", "elements": _buttons(step)})
    shown = escape(neutral(step.shown))
    return Rendered(f"{head}\n{shown[: MOST_TEXT - 500]}\n{status}", blocks)


def _status(step: ToolStep) -> Iterable[str]:
    rule = rule_in(step.detail)
    so_far = counted(step, rule)
    by = _people(so_far or step.detail.get("by", ()))
    if step.state == "waiting":
        yield str(step.detail.get("because") or "This needs a yes.")
        yield who_may(rule)
        if so_far:
            yield f"{by} said yes; somebody else has to say yes, too."
    elif step.state == "declined":
        yield f"Declined by {_people([step.detail.get('declined_by', '')])}. Nothing was done."
    elif step.state == "expired":
        yield "Nobody said yes in time. Nothing was done."
    else:
        if by:
            yield f"Approved by {by}."
        if step.state == "done":
            yield "Done."
        elif step.state == "failed":
            # Of what broke off nobody can say that it was not done.
            label = "" if step.detail.get("unknown") else "Not done: "
            yield f"{label}{escape(neutral(step.result))[:500]}"
        else:
            yield "It is being done."


def yes_counts() -> Rendered:
    """To the first of two, and to the same person again."""
    return said("Your yes counts, once. Somebody else has to say yes, too, before it is done.")


def who_may(rule: ApprovalRule) -> str:
    """Who can say yes, in a sentence; a group by name, as far as there is room."""
    group = rule.group
    who = "an owner or admin" if rule.needs_admins else "whoever asked"
    if group is not None:
        named = ", ".join(f"<@{one}>" for one in group[:MOST_NAMED] if _PERSON.fullmatch(one))
        more = f" and {len(group) - MOST_NAMED} more" if len(group) > MOST_NAMED else ""
        who = f"one of {named or 'nobody'}{more}" + (", as an admin" if rule.needs_admins else "")
    if rule.needed > 1 and who == "whoever asked":
        return "Two people have to say yes; whoever asked may be one of them."
    if rule.needed > 1:
        return f"Two people have to say yes, each of them {who}."
    return f"Only {who} can say yes." if who == "whoever asked" else f"{_capital(who)} can say yes."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _plainly(text: str) -> list[Block]:
    pieces = [text[at : at + MOST_TEXT] for at in range(0, len(text), MOST_TEXT)] or ["(nothing)"]
    return [
        {"type": "section", "text": {"type": "plain_text", "text": piece, "emoji": False}}
        for piece in pieces
    ]


def _buttons(step: ToolStep) -> list[Block]:
    value = f"{step.step_id}:{step.digest}"
    yes, no = _LABELS.get(step.name, ("Approve", "Decline"))
    return [_button(yes, APPROVE, value, "primary"), _button(no, DECLINE, value, "danger")]


def _button(words: str, action_id: str, value: str, style: str) -> Block:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": words},
        "action_id": action_id,
        "value": value,
        "style": style,
    }


def _people(ids: Iterable[object]) -> str:
    return " and ".join(f"<@{one}>" for one in map(str, ids) if _PERSON.fullmatch(one))
