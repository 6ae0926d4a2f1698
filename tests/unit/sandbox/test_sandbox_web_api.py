"""Tokens, scopes, arguments: what is refused before a method runs."""

import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Sandbox

Json = dict[str, Any]


@pytest.fixture
def token(sandbox: Sandbox) -> str:
    return str(sandbox.credentials["workspaces"][0]["bot_token"])


async def call(http: aiohttp.ClientSession, method: str, token: str, **arguments: Any) -> Json:
    headers = {"Authorization": f"Bearer {token}"}
    async with http.post(f"/api/{method}", json=arguments, headers=headers) as response:
        assert response.status == 200
        return dict(await response.json())


async def test_a_token_says_which_workspace_is_meant(http: Any, sandbox: Sandbox) -> None:
    teams = [
        (await call(http, "auth.test", workspace["bot_token"]))["team_id"]
        for workspace in sandbox.credentials["workspaces"]
    ]

    assert teams == ["TNORTHWIND", "THARBORLAW"]


async def test_arguments_come_as_query_form_or_json(
    http: Any, token: str, sandbox: Sandbox
) -> None:
    ana = sandbox.world.find_workspace("northwind").find_person("ana")  # type: ignore[union-attr]
    asked = {"user": ana.id, "token": token}  # type: ignore[union-attr]
    async with http.get("/api/users.info", params=asked) as response:
        by_query = await response.json()
    async with http.post("/api/users.info", data=asked) as response:
        by_form = await response.json()
    by_json = await call(http, "users.info", token, user=asked["user"])

    assert by_query == by_form == by_json
    assert by_json["user"]["is_owner"] is True


async def test_json_strings_in_a_form_are_decoded(http: Any, token: str, person: Any) -> None:
    seen = person("ana", "#general")
    channel = (await seen.act("say", text="hi"))["channel"]
    blocks = json.dumps([{"type": "markdown", "text": "**Hello**"}])
    form = {"token": token, "channel": channel, "text": "Hello", "blocks": blocks}
    async with http.post("/api/chat.postMessage", data=form) as response:
        answer = await response.json()

    assert answer["message"]["blocks"][0]["type"] == "markdown"


REFUSED: dict[str, tuple[str, Json, str]] = {
    "unknown method": ("stars.list", {}, "unknown_method"),
    "missing": ("users.info", {}, "invalid_arguments"),
    "unknown argument": ("users.info", {"user": "U1", "users": "U2"}, "invalid_arguments"),
    "wrong type": ("users.info", {"user": ["U1"]}, "invalid_arguments"),
    "not a list": ("chat.postMessage", {"channel": "C1", "blocks": "{"}, "invalid_arguments"),
    "no such person": ("users.info", {"user": "U1"}, "user_not_found"),
    "no such channel": ("chat.postMessage", {"channel": "C1", "text": "a"}, "channel_not_found"),
    "neither of two": ("chat.appendStream", {"channel": "C1", "ts": "1"}, "invalid_arguments"),
}


@pytest.mark.parametrize(("method", "arguments", "error"), REFUSED.values(), ids=REFUSED)
async def test_a_wrong_call_gets_slacks_error(
    http: Any, token: str, method: str, arguments: Json, error: str
) -> None:
    answer = await call(http, method, token, **arguments)

    assert (answer["ok"], answer["error"]) == (False, error)
    if error == "invalid_arguments":
        assert answer["response_metadata"]["messages"][0].startswith("[ERROR] ")


async def test_tokens_are_checked(http: Any, token: str, sandbox: Sandbox) -> None:
    app_token = sandbox.credentials["app_token"]

    async def error(method: str, token: str) -> str:
        return str((await call(http, method, token))["error"])

    async with http.post("/api/auth.test") as response:
        assert (await response.json())["error"] == "not_authed"
    assert await error("auth.test", "xoxb-nobody") == "invalid_auth"
    assert await error("auth.test", app_token) == "not_allowed_token_type"
    assert await error("apps.connections.open", token) == "not_allowed_token_type"
    assert (await call(http, "apps.connections.open", app_token))["url"].startswith("ws://127")


async def test_a_body_that_is_no_json_is_refused(http: Any, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for body in ("{", "[]"):
        async with http.post("/api/auth.test", data=body, headers=headers) as response:
            assert (await response.json())["error"] == "invalid_json"


async def test_a_missing_scope_is_named() -> None:
    scopes = frozenset(["chat:write", "channels:history"])
    async with Sandbox.open(scopes=scopes) as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        token = sandbox.credentials["workspaces"][0]["bot_token"]
        general = sandbox.world.find_workspace("northwind").find_channel("#general")  # type: ignore[union-attr]
        channel = general.id  # type: ignore[union-attr]
        denied = await call(http, "users.info", token, user="U1")
        as_other = await call(
            http, "chat.postMessage", token, channel=channel, text="a", username="Mina"
        )
        leadership = sandbox.world.find_workspace("northwind").find_channel("#leadership")  # type: ignore[union-attr]
        private = await call(http, "conversations.history", token, channel=leadership.id)  # type: ignore[union-attr]
        public = await call(http, "conversations.history", token, channel=channel)

    assert denied["error"] == "missing_scope"
    assert denied["needed"] == "users:read"
    assert denied["provided"] == "channels:history,chat:write"
    assert as_other["needed"] == "chat:write.customize"
    assert private["needed"] == "groups:history"
    assert public["ok"] is True


async def test_methods_can_be_taken_away_or_made_to_fail() -> None:
    async with (
        Sandbox.open(unserved=["chat.startStream"]) as sandbox,
        aiohttp.ClientSession(sandbox.url) as http,
    ):
        token = sandbox.credentials["workspaces"][0]["bot_token"]
        sandbox.refuse("auth.test", "account_inactive", times=2)
        errors = [(await call(http, "auth.test", token)).get("error") for _ in range(3)]
        gone = await call(http, "chat.startStream", token, channel="C1", thread_ts="1")
        sandbox.refuse("auth.test", "ratelimited", retry_after_s=7)
        headers = {"Authorization": f"Bearer {token}"}
        async with http.post("/api/auth.test", headers=headers) as response:
            limited = (response.status, response.headers["Retry-After"])

    assert errors == ["account_inactive", "account_inactive", None]
    assert gone["error"] == "unknown_method"
    assert limited == (429, "7")


async def test_other_pages_and_hosts_are_kept_out(http: Any, person: Callable[..., Any]) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example:80"}):
        async with http.get("/sandbox/credentials", headers=headers) as response:
            assert response.status == 403
