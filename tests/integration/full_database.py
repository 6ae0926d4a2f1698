"""What tests of a database without room share: one table of a tenant's that takes no row more."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from core.db.scope import schema_of
from core.kernel.ids import TenantId
from tests.small_disk import small_file_system

# What PostgreSQL calls them (docs: Appendix A, class 53).
DISK_FULL, OUT_OF_MEMORY, TOO_MANY_CONNECTIONS = "53100", "53200", "53300"
ROOM = 300_000  # bytes


@asynccontextmanager
async def refusing(admin_dsn: str, tenant: TenantId, table: str, code: str) -> AsyncIterator[None]:
    """Each row for *table* is answered with that error."""
    schema = schema_of(tenant)
    body = f"begin raise exception 'there is no room' using errcode = '{code}'; end"
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute(
            f"create function {schema}.no_room() returns trigger language plpgsql as $${body}$$;"
            f"create trigger no_room before insert on {schema}.{table}"
            f" for each row execute function {schema}.no_room()"
        )
        yield
    finally:
        await admin.execute(f"drop function {schema}.no_room() cascade")
        await admin.close()


@asynccontextmanager
async def on_a_small_disk(admin_dsn: str, tenant: TenantId, table: str) -> AsyncIterator[None]:
    """*table* lies on a file system of its own, which is full after ROOM: the server says what it makes
    of the kernel's ENOSPC."""
    name, moved = f"small_{tenant}", f"alter table {schema_of(tenant)}.{table} set tablespace"
    admin = await asyncpg.connect(admin_dsn)
    try:
        with _disk_of(await admin.fetchval("show data_directory")) as place:
            await admin.execute(f"create tablespace {name} location '{place}'")
            await admin.execute(f"{moved} {name}")
            try:
                yield
            finally:  # a server that misses a folder fails in every test that comes after
                await admin.execute(f"{moved} pg_default")
                # What the table left behind is freed with the next checkpoint.
                await admin.execute("checkpoint")
                await admin.execute(f"drop tablespace {name}")
    finally:
        await admin.close()


@contextmanager
def _disk_of(data_directory: str) -> Iterator[Path]:
    """A folder that the server may write to, and nobody's temporary folder keeps it from."""
    owner = Path(data_directory).stat()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with small_file_system(place, ROOM):
            os.chown(place, owner.st_uid, owner.st_gid)
            yield place
