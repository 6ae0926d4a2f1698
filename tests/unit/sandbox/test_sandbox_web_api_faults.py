"""Troubles of the Web API: limits, 503s, lost and late answers, planted refusals."""

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Sandbox

Json = dict[str, Any]


class Caller:
    """Calls methods as the app, without slack_sdk's own retries."""

    def __init__(self, sandbox: Sandbox, http: aiohttp.ClientSession, number: int) -> None:
        given = sandbox.credentials["workspaces"][number]
        self.headers = {"Authorization": f"Bearer {given['bot_token']}"}
        workspace = sandbox.world.workspaces[given["id"]]
        self.general = workspace.find_channel("#general")
        self.random = workspace.find_channel("#random")
        self.http = http

    async def __call__(self, method: str, **form: str) -> tuple[int, Json, str | None]:
        async with self.http.post(f"/api/{method}", data=form, headers=self.headers) as answer:
            return answer.status, await answer.json(), answer.headers.get("Retry-After")

    async def post(self, channel: Any) -> int:
        return (await self("chat.postMessage", channel=channel.id, text="hello"))[0]


@pytest.fixture
def northwind(sandbox: Sandbox, http: aiohttp.ClientSession) -> Caller:
    return Caller(sandbox, http, 0)


@pytest.fixture
def harbor(sandbox: Sandbox, http: aiohttp.ClientSession) -> Caller:
    return Caller(sandbox, http, 1)


async def test_a_tier_is_so_many_calls_a_minute_for_each_method_and_workspace(
    sandbox: Sandbox, northwind: Caller, harbor: Caller
) -> None:
    open_ones = [(await northwind("auth.teams.list"))[0] for _ in range(30)]
    sandbox.world.faults.rate_limits = True
    limited = [await northwind("auth.teams.list") for _ in range(21)]

    assert set(open_ones) == {200}
    assert [status for status, _, _ in limited] == [200] * 20 + [429]
    _, body, wait = limited[-1]
    assert body == {"ok": False, "error": "ratelimited"}
    assert 0 < int(wait or 0) <= 60
    # Another method and another workspace have calls of their own.
    assert (await northwind("auth.revoke", test="1"))[0] == 200
    assert (await harbor("auth.teams.list"))[0] == 200


async def test_a_channel_takes_one_message_a_second_and_two_at_once(
    sandbox: Sandbox, northwind: Caller
) -> None:
    sandbox.world.faults.rate_limits = True
    statuses = [await northwind.post(northwind.general) for _ in range(4)]

    assert statuses == [200, 200, 429, 429]
    assert await northwind.post(northwind.random) == 200
    # What was refused was not said.
    assert northwind.general is not None
    assert len(northwind.general.messages) == 2


async def test_a_server_error_carries_nothing_out(sandbox: Sandbox, northwind: Caller) -> None:
    sandbox.world.faults.server_errors = 1.0
    assert await northwind.post(northwind.general) == 503
    sandbox.world.faults.server_errors = 0.0
    assert await northwind.post(northwind.general) == 200

    assert northwind.general is not None
    assert len(northwind.general.messages) == 1


async def test_a_lost_answer_is_a_call_carried_out(sandbox: Sandbox, northwind: Caller) -> None:
    sandbox.world.faults.lost_answers = 1.0
    with pytest.raises(aiohttp.ClientError):
        await northwind.post(northwind.general)

    assert northwind.general is not None
    assert len(northwind.general.messages) == 1


async def test_a_share_of_the_calls_fails_and_the_same_ones_with_the_same_seed(
    sandbox: Sandbox, northwind: Caller
) -> None:
    async def run(seed: int) -> list[int]:
        sandbox.world.dice.restart(seed)
        return [(await northwind("auth.test"))[0] for _ in range(30)]

    sandbox.world.faults.server_errors = 0.5
    first, again, other = await run(1), await run(1), await run(2)

    assert first == again
    assert first != other
    assert set(first) == {200, 503}


async def test_a_slow_answer_waits(sandbox: Sandbox, northwind: Caller) -> None:
    sandbox.world.faults.slow_s = 0.2
    began = asyncio.get_running_loop().time()
    await northwind("auth.test")

    assert asyncio.get_running_loop().time() - began >= 0.2


async def test_refusals_are_planted_over_http_so_many_times(
    http: aiohttp.ClientSession, northwind: Caller
) -> None:
    planted = {"method": "auth.test", "error": "ratelimited", "times": 2, "retry_after_s": 7}
    async with http.post("/sandbox/refuse", json=planted) as response:
        assert response.status == 200
    tries = [await northwind("auth.test") for _ in range(3)]
    async with http.post("/sandbox/refuse", json={"method": "no.such", "error": "x"}) as response:
        assert response.status == 400

    assert [(status, wait) for status, _, wait in tries] == [(429, "7"), (429, "7"), (200, None)]


async def test_the_life_of_a_stream_can_change_while_it_runs(
    http: aiohttp.ClientSession, northwind: Caller, person: Any
) -> None:
    ts = await person("ben", "#general").say("hello")
    assert northwind.general is not None
    where = {"channel": northwind.general.id, "recipient_team_id": "TNORTHWIND"}
    ben = northwind.general.messages[ts].user
    _, started, _ = await northwind(
        "chat.startStream", thread_ts=ts, recipient_user_id=ben, **where
    )
    async with http.put("/sandbox/faults", json={"stream_age_s": 0}) as response:
        assert response.status == 200
    _, refused, _ = await northwind(
        "chat.appendStream", channel=northwind.general.id, ts=started["ts"], markdown_text="x"
    )

    assert refused["error"] == "message_not_in_streaming_state"
