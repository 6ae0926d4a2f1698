"""Who a person is to a workspace, by `users.info`. Names and addresses decide nothing."""

import asyncio
import logging
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any

from bot.slack.channels.asking import ask_again
from bot.slack.clients import SlackClients
from bot.slack.errors import CALL_ERRORS, PACED_CALL_ERRORS, error_code, is_passing
from bot.slack.pacing.patience import waiting_at_most
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError, Postponed, Unavailable
from core.tenancy.model import Person, Standing
from core.tenancy.workspaces import Workspaces

log = logging.getLogger(__name__)

# More people than this are read from the list of the whole workspace, page by page.
MOST_ONE_BY_ONE = 12
PAGE = 900
MOST_PAGES = 6
AT_ONCE = 4
PATIENCE = 3.0  # seconds that a call may wait for its slot: somebody waits for an answer

_BOT_FLAGS = ("is_bot", "is_workflow_bot", "is_connector_bot")


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
        if self._clients.reaches_slack:
            home_team = None  # Slack's own records name the team: what is not said stays closed
        try:
            answer = await client.api.users_info(user=person_id)
        except CALL_ERRORS as error:
            return Person(person_id, _without_record(error, team, home_team))
        user: dict[str, Any] = answer.get("user") or {}
        if user.get("id") != person_id:
            return Person(person_id, "outsider")  # nobody's record, or somebody else's
        if not self._clients.reaches_slack:
            # A record without a team: a small server of one workspace, this one.
            home_team = home_team or team
        return Person(person_id, standing_of(user, team, home_team), _name_of(user))

    async def look_up_all(
        self, context: TenantContext, person_ids: Collection[str]
    ) -> list[Person]:
        found: dict[str, Person] = {}
        try:
            with waiting_at_most(PATIENCE):
                if len(person_ids) > MOST_ONE_BY_ONE:
                    await self._list(context, set(person_ids), found)
                left = [one for one in person_ids if one not in found]
                if len(left) <= MOST_ONE_BY_ONE:
                    turn = asyncio.Semaphore(AT_ONCE)
                    looking = (self._look(context, one, turn, found) for one in left)
                    await asyncio.gather(*looking)
        except (*PACED_CALL_ERRORS, DomainError) as error:
            log.info("it is not known who somebody is: %s", error_code(error))
        return list(found.values())

    async def _list(
        self, context: TenantContext, wanted: set[str], found: dict[str, Person]
    ) -> None:
        """docs.slack.dev, users.list. People of other companies are mostly not on it."""
        client = await self._clients.of(context)
        cursor = ""
        try:
            for _ in range(MOST_PAGES):
                ask = partial(client.api.users_list, limit=PAGE, cursor=cursor or None)
                answer = await ask_again(ask)
                for record in _records(answer.get("members")):
                    if record.get("id") in wanted:
                        found[record["id"]] = await self._reader(context, record)
                cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
                if not cursor or len(found) == len(wanted):
                    return
        except PACED_CALL_ERRORS as error:
            log.info("the list of people is not to be had: %s", error_code(error))

    async def _look(
        self,
        context: TenantContext,
        person_id: str,
        turn: asyncio.Semaphore,
        found: dict[str, Person],
    ) -> None:
        async with turn:
            client = await self._clients.of(context)
            try:
                answer = await ask_again(partial(client.api.users_info, user=person_id))
            except PACED_CALL_ERRORS as error:
                log.info("it is not known who somebody is: %s", error_code(error))
                return
        for record in _records([answer.get("user")]):
            if record.get("id") == person_id:
                found[person_id] = await self._reader(context, record)

    async def _reader(self, context: TenantContext, record: Mapping[str, Any]) -> Person:
        """Whoever is behind a bot of another company reads what it reads."""
        person = await self.read(context, record)
        team = await self._workspaces.team_of(context.tenant_id)
        foreign = record.get("team_id") not in (None, "", team) and team not in _teams_of(record)
        if person.standing == "bot" and foreign:
            return Person(person.person_id, "outsider", person.display_name)
        return person

    async def read(self, context: TenantContext, record: Mapping[str, Any]) -> Person:
        team = await self._workspaces.team_of(context.tenant_id)
        home_team = None if self._clients.reaches_slack else team
        person_id = str(record.get("id") or "")
        return Person(person_id, standing_of(record, team, home_team), _name_of(record))


def standing_of(user: Mapping[str, Any], team: str, home_team: str | None = None) -> Standing:
    """What a Slack user is to the workspace *team*; what nobody says is held against them.

    *home_team* counts only where the record names no team, and is None where the other end is Slack.
    `is_app_user` says that the person has authorized this app: it makes nobody a bot, nor a member.
    Source: docs.slack.dev, user object.
    """
    if user.get("deleted"):
        return "gone"
    # Slackbot says what people taught it, and its record does not call it a bot.
    if user.get("id") == "USLACKBOT" or any(user.get(flag) for flag in _BOT_FLAGS):
        return "bot"
    home = user.get("team_id") or home_team
    if user.get("is_stranger") or (home != team and team not in _teams_of(user)):
        return "outsider"
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return "guest"
    if home != team:
        return "member"  # of another workspace of the organization first: its flags speak of that
    if user.get("is_owner") or user.get("is_primary_owner"):
        return "owner"
    return "admin" if user.get("is_admin") else "member"


def _teams_of(user: Mapping[str, Any]) -> list[Any]:
    """The workspaces of an organization that a person of it is in (`enterprise_user`)."""
    enterprise = user.get("enterprise_user")
    teams = enterprise.get("teams") if isinstance(enterprise, dict) else None
    return teams if isinstance(teams, list) else []


def _records(given: object) -> Iterator[dict[str, Any]]:
    for record in given if isinstance(given, list) else []:
        if isinstance(record, dict):
            yield record


def _without_record(error: Exception, team: str, home_team: str | None) -> Standing:
    """Slack knows nobody of that id: an outsider. Only where the server has no users.info at all
    (Slack always has) does the event's own word on its author's team count.

    Every other refusal is raised, because a standing is kept for a while: Postponed when Slack was
    away or busy, else Unavailable.
    """
    if is_passing(error):
        raise Postponed("Slack did not say who is asking") from error
    code = error_code(error)
    if code in ("user_not_found", "user_not_visible"):
        return "outsider"
    if code == "unknown_method" and home_team:
        return "member" if home_team == team else "outsider"
    raise Unavailable("Slack did not say who is asking. Please try again.") from error


def _name_of(user: Mapping[str, Any]) -> str:
    profile = user.get("profile") or {}
    return str(profile.get("display_name") or user.get("real_name") or user.get("name") or "")[:80]
