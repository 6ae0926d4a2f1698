"""The jobs of every worker: erase whose grace is over, delete what is older than it is kept."""

import pytest

from bot.schedule import jobs
from core.kernel.errors import Conflict
from core.lifecycle.certificate import get_certificate
from core.lifecycle.erase_tenant import erase_due
from core.lifecycle.model import Rules
from tests.integration.lifecycle import RULES, SIGNER, Answering, erase, freeze, one


async def test_the_job_erases_whose_grace_is_over_and_nobody_else(
    database, provisioner, new_context
):
    due, waiting, served = [(await new_context()).tenant_id for _ in range(3)]
    await freeze(database, provisioner, due, Rules(0, 35))
    await freeze(database, provisioner, waiting)

    await erase_due(database, provisioner, SIGNER, Answering(), RULES)

    statuses = [
        await one(provisioner, "select status from control.tenant where tenant_id = $1", tenant)
        for tenant in (due, waiting, served)
    ]
    assert statuses == ["erased", "frozen", "active"]


async def test_before_its_time_or_thawed_a_tenant_is_not_erased(database, provisioner, new_context):
    frozen, served = [(await new_context()).tenant_id for _ in range(2)]
    await freeze(database, provisioner, frozen)

    for tenant, words in ((frozen, "grace ends"), (served, "not frozen")):
        with pytest.raises(Conflict, match=words):
            await erase(database, provisioner, tenant, when_due=True)


async def test_every_worker_erases_what_is_due_and_enforces_retention(stage, provisioner):
    services = stage.product.services
    due, kept = stage.tenants["northwind"], stage.tenants["harbor"]
    async with kept.db.transaction() as tx:
        await tx.execute(
            "insert into person (person_id, standing, checked_at)"
            " values ('UOLD', 'member', now() - interval '91 days')"
        )
    await freeze(services.database, provisioner, due.tenant_id, Rules(0, 35))

    for job in jobs(stage.product):
        if job.name in ("erase_due", "enforce_retention"):
            await job.run()

    async with kept.db.transaction() as tx:
        assert await tx.fetchval("select count(*) from person where person_id = 'UOLD'") == 0
    certificate = await get_certificate(services.database, due.tenant_id)
    assert stage.sandbox.world.find_workspace("northwind").bot_token == ""
    assert '"outcome":"revoked"' in certificate.signed.text
