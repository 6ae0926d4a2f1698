"""Which workspaces an organization lets the app into (docs.slack.dev, auth.teams.list)."""

from collections.abc import Mapping
from typing import Any

from bot.slack.clients import SlackClients
from bot.slack.errors import CALL_ERRORS, error_code, is_passing
from core.db.tenant import TenantContext
from core.kernel.errors import Postponed, Unavailable

PAGE = 1000  # the most that Slack gives at once
MOST_PAGES = 100


class SlackTeams:
    """Asks with the organization's own token."""

    def __init__(self, clients: SlackClients, page: int = PAGE) -> None:
        self._clients = clients
        self._page = page

    async def list_teams(self, organization: TenantContext) -> Mapping[str, str]:
        client = await self._clients.of(organization)
        found: dict[str, str] = {}
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            try:
                answer = await client.api.auth_teams_list(cursor=cursor, limit=self._page)
            except CALL_ERRORS as error:
                if is_passing(error):
                    raise Postponed("Slack did not list an organization's workspaces") from error
                raise Unavailable(
                    f"Slack does not list the organization's workspaces ({error_code(error)})."
                ) from error
            found |= _teams_in(answer.get("teams"))
            cursor = _next_page(answer.get("response_metadata"))
            if cursor is None:
                return found
        raise Unavailable("Slack's list of the organization's workspaces has no end.")


def _teams_in(teams: Any) -> dict[str, str]:
    """Half a list would take workspaces for disabled: what is not understood is no list."""
    try:
        return {str(team["id"]): str(team.get("name") or team["id"]) for team in teams}
    except (TypeError, KeyError, AttributeError):
        raise Unavailable("Slack's list of the organization's workspaces is none.") from None


def _next_page(metadata: Any) -> str | None:
    return str(metadata.get("next_cursor") or "") or None if isinstance(metadata, dict) else None
