"""What `aegis doctor` says of keys: which master keys are in use, by their ids."""

import asyncpg
import click

from bot.cli import console
from bot.storage import Addresses
from core.db.database import Database
from core.db.pool import open_pool
from core.tenancy.keys.check_master import MasterKeyMissing, check_master


async def check_keys(where: Addresses) -> int:
    """Say which master keys wrap the tenants' keys; 1 when one of them is not here."""
    pool = await open_pool(where.service_dsn, size=1, pooled=where.pooled)
    try:
        used = await check_master(Database(pool, where.master), where.master)
    except MasterKeyMissing as error:
        click.echo(f"fail  keys: {error}")
        return 1
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        return 0  # not set up: said of the database
    finally:
        await pool.close()
    older = {key_id: tenants for key_id, tenants in used.items() if key_id != where.master.key_id}
    click.echo(f"ok    keys: master key {where.master.key_id}, tenants: {sum(used.values())}")
    for key_id, tenants in older.items():
        click.echo(
            f"note  keys: {key_id} is still needed by {console.counted(tenants, 'tenant')}: "
            "run `aegis keys rotate`"
        )
    return 0
