"""Installing over OAuth, tokens that end, and the events that tell of it."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.model.installing import codes
from tests.unit.sandbox.oauth_app import App, Json, refusal


async def test_the_page_offers_who_may_install_and_says_what_is_asked(app: App) -> None:
    async with app.http.get("/oauth/v2/authorize", params=app.wish | {"team": "lumen"}) as page:
        text = await page.text()

    assert page.status == 200
    assert "form-action" not in page.headers["Content-Security-Policy"]
    assert 'value="lumen/iris"' in text
    assert "harbor" not in text
    assert "chat:write" in text


@pytest.mark.parametrize(
    "change",
    [{"client_id": "1.2"}, {"redirect_uri": "javascript:1"}, {"scope": ""}, {"scope": "<b>"}],
    ids=["client", "redirect", "no scope", "odd scope"],
)
async def test_a_wrong_wish_is_told_and_nobody_is_sent_back(app: App, change: Json) -> None:
    async with app.http.get(
        "/oauth/v2/authorize", params=app.wish | change, allow_redirects=False
    ) as page:
        text = await page.text()

    assert (page.status, "Location" in page.headers) == (400, False)
    assert "<b>" not in text


async def test_a_workspace_is_installed_and_can_be_worked_in(app: App) -> None:
    status, back = await app.ask(**{"as": "lumen/iris", "answer": "allow"})
    answer = await app.exchange(code=back["code"])

    assert (status, back["state"]) == (302, "s1")
    assert answer["team"] == {"id": "TLUMENFDRY", "name": "Lumen Foundry"}
    assert (answer["enterprise"], answer["is_enterprise_install"]) == (None, False)
    assert answer["scope"] == "chat:write,users:read"
    assert "expires_in" not in answer
    client = AsyncWebClient(token=answer["access_token"], base_url=app.sandbox.api_url)
    lumen = app.sandbox.world.find_workspace("lumen")
    assert lumen is not None
    iris = lumen.find_person("iris")
    assert iris is not None
    assert answer["authed_user"] == {"id": iris.id}
    assert (await client.chat_postMessage(channel=iris.id, text="hello"))["ok"]
    assert await refusal(client.reactions_add(channel="C", name="eyes", timestamp="1")) == (
        "missing_scope"
    )


async def test_cancel_comes_back_without_a_code(app: App) -> None:
    status, back = await app.ask(**{"as": "lumen/iris", "answer": "cancel"})

    assert (status, back) == (302, {"error": "access_denied", "state": "s1"})


@pytest.mark.parametrize("who", ["northwind/gil", "northwind/olga", "meadow/sam", "nowhere/iris"])
async def test_a_guest_an_outsider_and_a_stranger_cannot_install(app: App, who: str) -> None:
    status, _ = await app.ask(**{"as": who, "answer": "allow"})

    assert status == 400


async def test_a_code_is_good_once_and_for_its_redirect_alone(app: App, monkeypatch: Any) -> None:
    _, back = await app.ask(**{"as": "lumen/iris", "answer": "allow"})
    await app.exchange(code=back["code"])
    assert await refusal(app.exchange(code=back["code"])) == "invalid_code"

    _, back = await app.ask(**{"as": "lumen/iris", "answer": "allow"})
    elsewhere = app.exchange(code=back["code"], redirect_uri="http://127.0.0.1:9/other")
    assert await refusal(elsewhere) == "bad_redirect_uri"

    monkeypatch.setattr(codes, "CODE_S", -1.0)
    _, back = await app.ask(**{"as": "lumen/iris", "answer": "allow"})
    assert await refusal(app.exchange(code=back["code"])) == "invalid_code"


async def test_another_apps_id_or_secret_is_refused(app: App) -> None:
    assert await refusal(app.exchange(code="x", client_id="9.9")) == "invalid_client_id"
    assert await refusal(app.exchange(code="x", client_secret="9")) == "bad_client_secret"
    assert await refusal(app.exchange(grant_type="password")) == "invalid_grant_type"


async def test_nothing_of_a_workspace_without_the_app_is_delivered(
    app: App, person: Any, listener: Any
) -> None:
    await person("kai", "#general", "lumen").say("@AEGIS before")
    await app.install("lumen/iris")
    await person("kai", "dm", "lumen").say("after")

    assert (await listener.next_event())["text"] == "after"


async def test_uninstalling_ends_the_token_and_tells_in_the_order_asked(
    app: App, slack: AsyncWebClient, listener: Any
) -> None:
    await app.control("uninstall", workspace="northwind", first="tokens_revoked", gap_s=0.3)

    assert await refusal(slack.auth_test()) == "account_inactive"
    events = [await listener.next_event() for _ in range(2)]
    assert [event["type"] for event in events] == ["tokens_revoked", "app_uninstalled"]
    assert events[0]["tokens"]["oauth"] == []
    assert float(events[1]["event_ts"]) - float(events[0]["event_ts"]) >= 0.3
    names = [workspace["name"] for workspace in app.sandbox.credentials["workspaces"]]
    assert names == ["harbor"]


async def test_the_app_can_take_itself_out(app: App, slack: AsyncWebClient, listener: Any) -> None:
    given = app.sandbox.credentials
    secrets = {"client_id": given["client_id"], "client_secret": given["client_secret"]}
    assert await refusal(slack.apps_uninstall(**(secrets | {"client_secret": "x"}))) == (
        "bad_client_secret"
    )
    await slack.apps_uninstall(**secrets)

    assert (await listener.next_event())["type"] == "app_uninstalled"
    assert await refusal(slack.auth_test()) == "account_inactive"


async def test_a_revoked_and_an_expired_token_say_so(
    app: App, slack: AsyncWebClient, listener: Any, person: Any
) -> None:
    await app.control("expire_token", workspace="northwind")
    assert await refusal(slack.auth_test()) == "token_expired"
    await app.control("revoke_token", workspace="northwind")
    assert await refusal(slack.auth_test()) == "token_revoked"

    # Nobody was told: the next thing the app hears is what somebody says.
    await person().say("hello")
    assert (await listener.next_event())["type"] == "message"
