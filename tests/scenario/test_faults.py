"""Faults in the middle of an answer: the reader gets it whole, and nobody is blamed for a stop."""

import asyncio

import aiohttp

from tests.scenario.test_recovery import HANDBOOK, LAST_WORDS, in_thread, until


async def test_a_database_that_fails_for_a_moment_does_not_stop_an_answer(
    stage_with, admin, caplog
):
    async with stage_with(words_per_s=12) as stage:
        await stage.add_document("northwind", "Hooks.md", HANDBOOK)
        role = f"tenant_{stage.tenants['northwind'].tenant_id}"
        async with aiohttp.ClientSession(stage.sandbox.url) as http:

            async def half_said():
                return [m for m in await in_thread(http) if m["streaming"] and "Rule" in str(m)]

            async def was_missed():
                return "permission denied for table turn" in caplog.text

            async def is_over():
                return [m for m in await in_thread(http) if not m["streaming"]]

            body = {"workspace": "northwind", "person": "ana", "in": "dm"}
            async with http.post(
                "/sandbox/say", json=body | {"text": "On which hook does bicycle number 3 hang?"}
            ) as answer:
                assert answer.status == 200
            await until(half_said)
            await admin.execute(f"revoke select on {role}.turn from {role}")
            await asyncio.wait([asyncio.ensure_future(until(was_missed, 5))])
            await admin.execute(f"grant select on {role}.turn to {role}")
            [message] = await until(is_over)

    assert "Stopped" not in str(message)
    assert LAST_WORDS in str(message)
