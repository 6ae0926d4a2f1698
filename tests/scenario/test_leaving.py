"""A workspace takes the app out, on the product's own schedule, in every process."""

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bot.process import working
from bot.sandbox.oauth.installations import end_tokens, tell
from bot.sandbox.webapi.service import WebApi
from bot.storage import Storage
from bot.wiring import open_product
from core.db.database import Database
from core.db.pool import open_pool
from core.kernel.errors import DomainError
from core.kernel.sealing import new_key
from core.kernel.secret import Secret
from core.kernel.signing import Signer
from core.tenancy.workspaces import Workspaces
from tests.integration.worker.queueing import until
from tests.scenario.installing import control, has, has_welcome, install, registered, team_of

EVENTS = ("app_uninstalled", "tokens_revoked")


@pytest.fixture
def calls(monkeypatch):
    """Each call that Slack gets: when, with which token, and whose that is, while it is anybody's."""
    seen: list[tuple[float, str, str]] = []
    answer = WebApi._answer

    def count(self, method, value, token, given):
        seen.append((time.monotonic(), value, token.holder if token else ""))
        return answer(self, method, value, token, given)

    monkeypatch.setattr(WebApi, "_answer", count)
    return seen


@asynccontextmanager
async def second_process(stage, provisioner, service_dsn, master, through_pooler):
    """With connections, caches and a worker of its own."""
    async with AsyncExitStack() as stack:
        pool = await open_pool(service_dsn, size=8, pooled=through_pooler)
        stack.push_async_callback(pool.close)
        database = Database(pool, master)
        storage = Storage(
            database, database, provisioner, Signer(new_key()), Secret("session" * 5), None
        )
        product = await stack.enter_async_context(open_product(stage.product.settings, storage))
        await stack.enter_async_context(working(product))
        yield product


async def speak(product, tenant) -> bool:
    """Whether a call is made as this tenant; the answer does not matter."""
    try:
        client = await product.clients.of(await product.storage.database.tenant(tenant))
        await client.api.auth_test()
    except DomainError:
        return False
    return True


@pytest.mark.parametrize("first", EVENTS)
async def test_a25_no_process_calls_slack_five_seconds_after_the_event(
    shop, calls, provisioner, service_dsn, master, through_pooler, first
):
    team = team_of(shop, "orchard")
    await install(shop, "orchard/noa")
    await until(lambda: has_welcome(shop, "orchard"), 20)
    tenant = (await registered(shop, team)).tenant_id
    async with second_process(shop, provisioner, service_dsn, master, through_pooler) as other:
        processes = (shop.product, other)
        known = [Workspaces(process.storage.database) for process in processes]
        assert [await each.tenant_of(team) for each in known] == [tenant] * 2
        assert all([await speak(process, tenant) for process in processes])

        async def is_gone() -> bool:
            # Each of them would go on for as long as it may.
            await asyncio.gather(*(speak(process, tenant) for process in processes))
            served = [await each.tenant_of(team) for each in known]
            return served == [None, None] and await has(shop, team, "frozen") and await is_heard()

        async def is_heard() -> bool:
            # The second of the two events looks at the token once more, whenever it comes.
            async with other.storage.database.control() as tx:
                waits = "select exists (select from control.mailbox where tenant_id = $1)"
                return not (shop.sandbox.courier.under_way or await tx.fetchval(waits, tenant))

        async def is_silent() -> bool:
            assert not any([await speak(process, tenant) for process in processes])
            return time.monotonic() > gone + 2

        # What they keep is over within five seconds (tests/integration/installations holds the numbers
        # to that); the rest is this machine's, which may be busy.
        await control(shop, "uninstall", workspace="orchard", first=first)
        await until(is_gone, 40)
        gone = time.monotonic()
        await until(is_silent, 15)
        assert await shop.product.storage.database.tenant(tenant, while_frozen=True)
    # A dead token is nobody's, but what it was is known. Others' dead ones may be tried at any time:
    # the workspaces of earlier tests are in the same database.
    theirs = {token for _, token, holder in calls if holder == team}
    assert theirs
    assert [at - gone for at, token, _ in calls if at > gone + 1 and token in theirs] == []


@pytest.mark.parametrize("order", [EVENTS, EVENTS[::-1]], ids=EVENTS)
async def test_a_token_that_outlives_the_events_is_looked_at_until_it_is_dead(shop, order):
    team = team_of(shop, "orchard")
    await install(shop, "orchard/noa")
    await until(lambda: has_welcome(shop, "orchard"), 20)
    world = shop.sandbox.world
    holder = world.find_workspace("orchard")
    for name in order:
        tell(world, holder, {"type": name})
    await until(lambda: _is_looked_at(shop, team), 10)
    assert (await registered(shop, team)).status == "active"

    end_tokens(world, holder, "account_inactive")

    await until(lambda: has(shop, team, "frozen"), 20)


async def _is_looked_at(stage, team) -> bool:
    """Whether both events are done, and the token was looked at for each, and will be again."""
    tenant = (await registered(stage, team)).tenant_id
    async with stage.product.storage.database.control() as tx:
        return await tx.fetchval(
            "select count(*) = 2 from control.mailbox where tenant_id = $1"
            " and mailbox like 'task:look_at_token:%' and lease_by is null and due_at > now()",
            tenant,
        )


async def test_a_token_that_was_found_dead_holds_up_nothing_that_slack_says_of_the_installation(
    shop,
):
    """Else an event of access waits for another token, and the end of the installation behind it."""
    await install(shop, "meadow/rex")
    whole = shop.sandbox.world.find_organization("meadow")
    record = (await registered(shop, whole.id)).tenant_id
    world = shop.sandbox.world
    end_tokens(world, whole, "account_inactive")
    assert not await speak(shop.product, record)

    tell(world, whole, {"type": "team_access_granted", "team_ids": [team_of(shop, "meadow-east")]})
    tell(world, whole, {"type": "app_uninstalled"})

    await until(lambda: has(shop, whole.id, "frozen"), 10)
