"""Tokens that are renewed, and an organization's installation."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from tests.unit.sandbox.oauth_app import App, refusal


class TestRotation:
    @pytest.fixture
    async def sandbox(self) -> Any:
        async with Sandbox.open(token_rotation=True, retry_after_s=()) as opened:
            yield opened

    async def test_a_token_is_renewed_once_with_its_refresh_token(self, app: App) -> None:
        app.sandbox.world.faults.token_seconds = 60
        first = await app.install("orchard/mia")
        second = await app.exchange(
            grant_type="refresh_token", refresh_token=first["refresh_token"]
        )
        again = app.exchange(grant_type="refresh_token", refresh_token=first["refresh_token"])

        assert first["access_token"].startswith("xoxe.xoxb-")
        assert first["refresh_token"].startswith("xoxe-")
        assert (first["expires_in"], second["expires_in"]) == (60, 60)
        assert second["access_token"] != first["access_token"]
        assert await refusal(again) == "invalid_refresh_token"
        async with app.http.get(f"{app.sandbox.url}/sandbox/renewals") as answer:
            lines = [json.loads(line) for line in (await answer.text()).splitlines()]
        assert [(line["workspace"], line["outcome"]) for line in lines] == [
            ("orchard", "renewed"),
            ("orchard", "invalid_refresh_token"),
        ]

    async def test_an_expired_token_can_be_renewed_and_a_revoked_one_not(self, app: App) -> None:
        first = await app.install("orchard/mia")
        await app.control("expire_token", workspace="orchard")
        renewed = await app.exchange(
            grant_type="refresh_token", refresh_token=first["refresh_token"]
        )
        client = AsyncWebClient(token=renewed["access_token"], base_url=app.sandbox.api_url)
        assert (await client.auth_test())["team_id"] == "TORCHARD00"

        await app.control("revoke_token", workspace="orchard")
        late = app.exchange(grant_type="refresh_token", refresh_token=renewed["refresh_token"])
        assert await refusal(late) == "invalid_refresh_token"

    async def test_a_token_ends_after_its_seconds(self, app: App, until: Any) -> None:
        app.sandbox.world.faults.token_seconds = 1
        first = await app.install("orchard/mia")
        token = app.sandbox.world.tokens.find(first["access_token"])
        assert token is not None
        assert token.trouble is None
        await until(lambda: token.trouble == "token_expired")


class TestOrganization:
    @pytest.fixture
    async def client(self, app: App) -> AsyncWebClient:
        self.answer = await app.install("meadow/rex")
        return AsyncWebClient(token=self.answer["access_token"], base_url=app.sandbox.api_url)

    async def test_the_installation_is_the_organizations(
        self, app: App, client: AsyncWebClient
    ) -> None:
        said = await client.auth_test()

        assert self.answer["team"] is None
        assert self.answer["is_enterprise_install"] is True
        assert self.answer["enterprise"] == {"id": "EMEADOW000", "name": "Meadow Group"}
        assert (said["team_id"], said["enterprise_id"]) == ("EMEADOW000", "EMEADOW000")
        assert (await client.auth_teams_list())["teams"] == []
        both = app.install("meadow-east/sam")
        assert await refusal(both) == "cannot_install_an_org_installed_app"

    async def test_a_call_names_a_workspace_that_was_granted(
        self, app: App, client: AsyncWebClient
    ) -> None:
        await app.control("grant", organization="meadow", workspace="meadow-east", granted=True)
        east = app.sandbox.world.find_workspace("meadow-east")
        assert east is not None
        sam = east.find_person("sam")
        assert sam is not None

        def ask(**extra: str) -> Any:
            return client.api_call("users.info", params={"user": sam.id} | extra)

        assert (await ask(team_id="TMEADOWEST"))["user"]["name"] == "sam"
        assert await refusal(ask()) == "missing_argument"
        assert await refusal(ask(team_id="TNORTHWIND")) == "team_not_found"
        assert await refusal(ask(team_id="TMEADOWWST")) == "team_access_not_granted"
        await app.control("grant", organization="meadow", workspace="meadow-east", granted=False)
        assert await refusal(ask(team_id="TMEADOWEST")) == "team_access_not_granted"

    async def test_its_workspaces_are_listed_page_by_page(
        self, app: App, client: AsyncWebClient
    ) -> None:
        for name in ("meadow-east", "meadow-west"):
            await app.control("grant", organization="meadow", workspace=name, granted=True)

        first = await client.auth_teams_list(limit=1)
        cursor = first["response_metadata"]["next_cursor"]
        last = await client.auth_teams_list(limit=1, cursor=cursor)

        assert first["teams"] == [{"id": "TMEADOWEST", "name": "Meadow East"}]
        assert last["teams"] == [{"id": "TMEADOWWST", "name": "Meadow West"}]
        assert last["response_metadata"]["next_cursor"] == ""
        assert await refusal(client.auth_teams_list(cursor="other")) == "invalid_cursor"
        assert await refusal(client.auth_teams_list(limit=1001)) == "invalid_limit"

    async def test_its_commands_and_clicks_name_the_organization(
        self, app: App, client: AsyncWebClient, listener: Any, person: Callable[..., Any]
    ) -> None:
        await app.control("grant", organization="meadow", workspace="meadow-east", granted=True)
        await listener.next()
        sam = person("sam", "dm", "meadow-east")
        await sam.act("command", text="/aegis help")
        _, _, command = await listener.next()
        await app.control(
            "shortcut", workspace="meadow-east", person="sam", callback_id="open_setup"
        )
        _, _, shortcut = await listener.next()

        form = {name: values[0] for name, values in parse_qs(command.decode()).items()}
        assert (form["team_id"], form["enterprise_id"]) == ("TMEADOWEST", "EMEADOW000")
        assert form["is_enterprise_install"] == "true"
        payload = json.loads(parse_qs(shortcut.decode())["payload"][0])
        assert payload["is_enterprise_install"] is True
        assert payload["enterprise"]["id"] == payload["team"]["enterprise_id"] == "EMEADOW000"

    async def test_its_events_say_whose_installation_they_are_for(
        self,
        app: App,
        client: AsyncWebClient,
        listener: Any,
        person: Callable[..., Any],
    ) -> None:
        await app.control("grant", organization="meadow", workspace="meadow-east", granted=True)
        _, _, granted = await listener.next()
        await person("tia", "dm", "meadow-west").say("not granted")
        await person("sam", "dm", "meadow-east").say("granted")
        _, _, said = await listener.next()

        envelope = json.loads(granted)
        assert envelope["event"]["type"] == "team_access_granted"
        assert envelope["event"]["team_ids"] == ["TMEADOWEST"]
        # docs.slack.dev, team_access_granted: what concerns the organization names no team.
        assert (envelope["team_id"], envelope["enterprise_id"]) == (None, "EMEADOW000")
        envelope = json.loads(said)
        assert envelope["event"]["text"] == "granted"
        assert (envelope["team_id"], envelope["enterprise_id"]) == ("TMEADOWEST", "EMEADOW000")
        authorization = envelope["authorizations"][0]
        assert authorization["is_enterprise_install"] is True
        assert (authorization["team_id"], authorization["enterprise_id"]) == (None, "EMEADOW000")


async def test_a_workspace_of_an_organization_can_have_the_app_by_itself(
    app: App, listener: Any, person: Callable[..., Any]
) -> None:
    answer = await app.install("meadow-east/sam")
    await person("sam", "dm", "meadow-east").say("hello")
    _, _, said = await listener.next()
    await app.control("uninstall", workspace="meadow-east")
    _, _, gone = await listener.next()

    assert answer["is_enterprise_install"] is False
    assert (answer["team"]["id"], answer["enterprise"]["id"]) == ("TMEADOWEST", "EMEADOW000")
    for body in (said, gone):
        authorization = json.loads(body)["authorizations"][0]
        assert authorization["is_enterprise_install"] is False
        assert authorization["team_id"] == "TMEADOWEST"
