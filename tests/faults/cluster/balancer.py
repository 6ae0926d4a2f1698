"""The load balancer before the web processes: whoever says that it is ready gets what Slack sends.

A process that drains says 503 while it still answers (`AEGIS_DRAIN_SECONDS`), so it is left before
it closes. Where nobody is ready everybody is tried, as balancers do.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import aiohttp

from tests.faults.cluster.control import SlackControl
from tests.faults.cluster.processes import Program

POLL_SECONDS = 0.25
ANSWER_SECONDS = 1.0


@asynccontextmanager
async def balanced(slack: SlackControl, webs: Sequence[Program]) -> AsyncIterator[None]:
    """Until its end, Slack's deliveries go to those of *webs* that are ready."""
    await slack.route_to([_address(web) for web in webs])
    polling = asyncio.create_task(_poll(slack, webs))
    try:
        yield
    finally:
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling


async def _poll(slack: SlackControl, webs: Sequence[Program]) -> None:
    known = [_address(web) for web in webs]
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    # A connection a question: one that is kept open would say nothing of who takes new ones.
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as http:
        while True:
            answers = await asyncio.gather(*(_is_ready(http, web) for web in webs))
            ready = [_address(web) for web, is_ready in zip(webs, answers, strict=True) if is_ready]
            now = ready or [_address(web) for web in webs]
            if now != known:
                await slack.route_to(now)
                known = now
            await asyncio.sleep(POLL_SECONDS)


async def _is_ready(http: aiohttp.ClientSession, web: Program) -> bool:
    try:
        async with http.get(f"{_address(web)}/health/ready") as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


def _address(web: Program) -> str:
    return f"http://127.0.0.1:{web.port}"
