"""Tools that keep a fact for later turns, and forget one. Both wait for a click, whatever a policy says."""

from collections.abc import Mapping
from typing import Any

from core.db.tenant import TenantContext
from core.gateway.approvals.model import ApprovalRule
from core.gateway.tools.model import Arguments, Tool, ToolCaller
from core.memory.forget_memory import forget_words
from core.memory.keep_memory import Proposal, keep_memory
from core.memory.model import COMPANY, KEEP_DAYS, LONGEST

REMEMBER, FORGET = "remember", "forget"
_REMEMBER = (
    "Keep a fact for later conversations, when the person asks for that. Copy it word for word from "
    "their last message. They confirm it first; what is about the company, an admin confirms."
)
_FORGET = (
    "Forget something you were asked to keep in mind, when the person asks for that. Copy its words "
    "exactly as they are kept."
)


def remembering_tools() -> tuple[Tool, ...]:
    """*remember* takes nothing but a quotation of what the person wrote in this turn."""
    fact = {"type": "string", "minLength": 1, "maxLength": LONGEST}
    about = {"enum": ["person", "company"]}
    days = {"type": "integer", "minimum": 1, "maximum": KEEP_DAYS}
    agents = {"enum": ["all", "me"], "description": "who is told: all agents, or you alone"}
    return (
        Tool(
            REMEMBER,
            _REMEMBER,
            _schema(fact=fact, about=about, agents=agents, days=days),
            "writes",
            _remember,
            show=_to_keep,
            quotes=("fact",),
            always_asks=True,
            approval_of=_who_confirms,
            repeatable=True,  # the step's id is the memory's
        ),
        Tool(
            FORGET,
            _FORGET,
            _schema(fact=fact, about=about),
            "writes",
            _forget,
            show=_to_forget,
            always_asks=True,
            approval_of=_who_confirms,
            repeatable=True,  # what is gone, is gone
        ),
    )


async def _remember(context: TenantContext, caller: ToolCaller, arguments: Arguments) -> str:
    is_new = await keep_memory(
        context,
        Proposal(
            memory_id=caller.step_id,
            turn_id=caller.turn_id,
            person_id=caller.person_id,
            about=_about(caller, arguments),
            agent=caller.agent if arguments.get("agents") == "me" else "",
            body=arguments["fact"],
            keep_days=arguments.get("days", KEEP_DAYS),
        ),
    )
    return "Kept." if is_new else "This was kept already."


async def _forget(context: TenantContext, caller: ToolCaller, arguments: Arguments) -> str:
    about = _about(caller, arguments)
    who = {"person_id": caller.person_id, "reference": caller.turn_id}
    await forget_words(context, arguments["fact"], about=about, **who)
    return "Forgotten."


def _about(caller: ToolCaller, arguments: Arguments) -> str:
    """Nobody's agent keeps anything about somebody else."""
    return COMPANY if _is_the_companys(arguments) else caller.person_id


def _who_confirms(arguments: Arguments) -> ApprovalRule:
    return ApprovalRule("admin" if _is_the_companys(arguments) else "requester")


def _is_the_companys(arguments: Arguments) -> bool:
    return arguments.get("about") == "company"


def _to_keep(arguments: Arguments) -> str:
    about = "the company, for all its members" if _is_the_companys(arguments) else "whoever asked"
    agents = "this agent alone" if arguments.get("agents") == "me" else "all agents"
    days = arguments.get("days", KEEP_DAYS)
    end = f"for {days} {'day' if days == 1 else 'days'}"
    return f"Keep in mind about {about}, told to {agents}, {end}:\n\n{arguments['fact']}"


def _to_forget(arguments: Arguments) -> str:
    about = "the company" if _is_the_companys(arguments) else "whoever asked"
    return f"Forget what is kept about {about}:\n\n{arguments['fact']}"


def _schema(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": ["fact"],
        "additionalProperties": False,
    }
