"""Who a person is to a workspace, by `users.info`. Names and addresses decide nothing."""

from typing import Any

from slack_sdk.errors import SlackApiError

from bot.slack.clients import SlackClients
from bot.slack.errors import CALL_ERRORS, error_code
from core.db.tenant import TenantContext
from core.kernel.errors import Unavailable
from core.tenancy.model import Person, Standing
from core.tenancy.workspaces import Workspaces


class SlackDirectory:
    """Slack's own record of a person (docs.slack.dev, users.info)."""

    def __init__(self, clients: SlackClients, workspaces: Workspaces) -> None:
        self._clients = clients
        self._workspaces = workspaces

    async def look_up(
        self, context: TenantContext, person_id: str, *, home_team: str | None
    ) -> Person:
        client = await self._clients.of(context)
        team = await self._workspaces.team_of(context.tenant_id)
        try:
            answer = await client.api.users_info(user=person_id)
        except SlackApiError as error:
            return Person(person_id, _without_record(error, team, home_team))
        except CALL_ERRORS as error:
            raise Unavailable("Slack did not say who is asking. Please try again.") from error
        user: dict[str, Any] = answer.get("user") or {}
        if user.get("id") == person_id and not self._clients.reaches_slack:
            # A record of that very person without a team: a small server of one workspace, this
            # one. Slack's own records name the team, and there what is not said stays closed.
            home_team = home_team or team
        return Person(person_id, standing_of(user, team, home_team), _name_of(user))


def standing_of(user: dict[str, Any], team: str, home_team: str | None = None) -> Standing:
    """What a Slack user is to the workspace *team*; what nobody says is held against them.

    *home_team* is the event's own word; it counts only where the record names no team.
    """
    if user.get("deleted"):
        return "gone"
    # Slackbot says what people taught it, and its record does not call it a bot.
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return "bot"
    if (user.get("team_id") or home_team) != team or user.get("is_stranger"):
        return "outsider"
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return "guest"
    if user.get("is_owner") or user.get("is_primary_owner"):
        return "owner"
    return "admin" if user.get("is_admin") else "member"


def _without_record(error: SlackApiError, team: str, home_team: str | None) -> Standing:
    """Slack knows nobody of that id: an outsider. Only where the server has no users.info at all
    (Slack always has) does the event's own word on its author's team count.

    Raises Unavailable for every other refusal, because a standing is kept for a while.
    """
    code = error_code(error)
    if code in ("user_not_found", "user_not_visible"):
        return "outsider"
    if code == "unknown_method" and home_team:
        return "member" if home_team == team else "outsider"
    raise Unavailable("Slack did not say who is asking. Please try again.") from error


def _name_of(user: dict[str, Any]) -> str:
    profile = user.get("profile") or {}
    return str(profile.get("display_name") or user.get("real_name") or user.get("name") or "")[:80]
