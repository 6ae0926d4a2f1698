"""A slash command as it was typed, and the way back to whoever typed it."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncBoltContext

from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.services import Services
from handlers.blocks.rendered import Rendered
from handlers.hearing import fitted, plain
from handlers.replying import answer_privately


@dataclass(frozen=True, slots=True)
class Command:
    """Who typed what, where. The channel is only where it was typed: answers are for the person."""

    tenant: TenantContext
    inbox: InboxEvent
    team_id: str
    channel: str
    person_id: str
    home_team: str | None
    text: str
    response_url: str
    trigger_id: str = ""
    left_out: int = 0  # characters that were typed and are not in the text

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.text.split())

    @property
    def rest(self) -> str:
        """What follows the first word."""
        return " ".join(self.words[1:])


def read_command(command: dict[str, Any], context: AsyncBoltContext) -> Command:
    """Slack's payload (docs.slack.dev, "Implementing slash commands")."""
    text, left_out = fitted(plain(str(command.get("text") or ""), context.bot_user_id or ""))
    return Command(
        tenant=context["tenant"],
        inbox=context["inbox_event"],
        team_id=str(context.team_id or command.get("team_id") or ""),
        channel=str(command.get("channel_id") or ""),
        person_id=str(command.get("user_id") or ""),
        home_team=str(command.get("team_id") or "") or None,
        text=text,
        response_url=str(command.get("response_url") or ""),
        trigger_id=str(command.get("trigger_id") or ""),
        left_out=left_out,
    )


async def respond(services: Services, command: Command, words: Rendered) -> None:
    """Say it to that person alone, once. Slack takes five answers to one command, within 30 minutes;
    what comes later is said directly."""
    await answer_privately(
        services,
        command.tenant,
        words,
        response_url=command.response_url,
        person_id=command.person_id,
        key=f"respond:{command.inbox.event_id}",
    )
