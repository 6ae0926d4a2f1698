"""`aegis keys rotate`: new keys in place of old ones, while everything keeps running."""

from contextlib import ExitStack

import click

from bot.cli import console
from bot.cli.oversight.find_tenant import NO_SUCH_TENANT, find_tenant
from bot.postgres.state import StateDirectory
from bot.settings import Settings
from bot.storage import Storage, addresses, open_storage
from core.kernel.errors import NotFound
from core.kernel.ids import TenantId
from core.tenancy.keys.rotate_data import list_rotating_tenants, rotate_data
from core.tenancy.keys.rotate_master import rotate_master


@click.group()
def keys() -> None:
    """The keys that seal what tenants entrust to AEGIS."""


@keys.command()
@click.option("--data", is_flag=True, help="New data keys, and everything sealed anew with them.")
@click.option("--tenant", metavar="ID|TEAM", help="With --data: this tenant alone.")
@click.option("--new-master", is_flag=True, help="Embedded database: make a new master key first.")
def rotate(data: bool, tenant: str | None, new_master: bool) -> None:
    """Wrap every tenant's keys with the master key that is set now, and with no earlier one."""
    if tenant and not data:
        raise click.UsageError("--tenant goes with --data: the master key is everybody's")
    if new_master and data:
        raise click.UsageError("--new-master and --data are two rotations: run one, then the other")
    settings = console.settings(quiet=True)
    if new_master and not settings.is_embedded:
        raise click.UsageError(
            "--new-master is for the embedded database. With DATABASE_URL, set AEGIS_MASTER_KEY to "
            "a new key and AEGIS_OLD_MASTER_KEYS to the one before, restart, then run this"
        )
    console.run(_rotate_data(settings, tenant) if data else _rotate_master(settings, new_master))


async def _rotate_master(settings: Settings, new_master: bool) -> None:
    state = StateDirectory(settings.state_dir) if settings.is_embedded else None
    async with addresses(settings) as where, open_storage(where) as storage:
        with ExitStack() as stack:
            if state:
                stack.enter_context(state.changing_master())
                if new_master and not state.begin_new_master():
                    click.echo("finishing the rotation to a new master key that did not end")
            done = await rotate_master(storage.provisioner)
            if state and not done.broken:
                state.end_new_master()
    click.echo(
        f"wrapped anew with master key {done.key_id}: the keys of {console.counted(done.moved, 'tenant')}"
    )
    for broken in done.broken:
        click.echo(f"tenant {broken}: its keys do not open with the master key they name", err=True)
    if done.broken:
        raise click.ClickException("keep the earlier master keys: not all tenants have moved")
    click.echo("the earlier master keys open nothing in this database any more")


async def _rotate_data(settings: Settings, wanted: str | None) -> None:
    async with addresses(settings) as where, open_storage(where) as storage:
        tenants = await _find_tenants(storage, wanted)
        done = await rotate_data(storage.database, storage.provisioner, tenants, actor="operator")
    click.echo(
        f"new data keys for {console.counted(done.tenants, 'tenant')}; "
        f"values sealed anew: {done.values}"
    )
    for tenant, why in done.unfinished.items():
        click.echo(f"tenant {tenant}: {why}", err=True)
    if done.unfinished:
        raise click.ClickException(
            f"{console.counted(len(done.unfinished), 'tenant')} did not finish; run it again"
        )


async def _find_tenants(storage: Storage, wanted: str | None) -> list[TenantId]:
    """Raises NotFound when *wanted*, an id or a Slack team's, is none that can be rotated."""
    tenants = await list_rotating_tenants(storage.database)
    if wanted is None:
        return tenants
    found = await find_tenant(storage.database, wanted)
    if found.tenant_id not in tenants:
        raise NotFound(NO_SUCH_TENANT)
    return [found.tenant_id]
