"""Export a tenant: everything it has, as it is at one moment, in one signed archive."""

import asyncio
import hashlib
from pathlib import Path

import asyncpg

from core.audit.attempt import Attempt, attempt
from core.db.fleet import explain
from core.db.tenant import TenantContext
from core.kernel.errors import Unavailable
from core.kernel.signing import Signer
from core.lifecycle.archive.model import Exported, Manifest
from core.lifecycle.archive.whole_file import WholeFile, whole_file
from core.lifecycle.archive.writing import write_archive

ACTION = "lifecycle:tenant:export"


async def export_tenant(
    context: TenantContext, signer: Signer, target: Path, *, actor: str, reference: str
) -> Exported:
    """Write *target*, a file of mode 600 that is there whole or not at all; audited.

    The tenant goes on working: what it writes meanwhile is not in the archive. Raises Invalid when
    *target* cannot be written or is there already, Conflict when the tenant was being updated,
    Unavailable when there is no room for it, or the server stops.
    """
    with whole_file(target) as output:
        given = context.fingerprint(str(target))
        async with attempt(context, ACTION, actor, reference=reference, arguments=given) as act:
            try:
                manifest = await _write(context, signer, output)
                return await _finish(context, output, target, manifest, act)
            except OSError as error:
                raise Unavailable(f"The archive could not be written: {error.strerror}.") from error
            except asyncpg.PostgresError as error:
                raise Unavailable(f"The tenant was not exported: {explain(error)}.") from error


async def _write(context: TenantContext, signer: Signer, output: WholeFile) -> Manifest:
    async with context.db.snapshot() as snapshot:
        manifest = await write_archive(output.file, snapshot, context.tenant_id, signer)
    await asyncio.to_thread(output.sync)
    return manifest


async def _finish(
    context: TenantContext, output: WholeFile, target: Path, manifest: Manifest, act: Attempt
) -> Exported:
    """The row and the file come together: without the one there is not the other."""
    size_bytes, sha256 = await asyncio.to_thread(_measure, output)
    tables, rows = len(manifest.tables), manifest.rows
    async with context.db.transaction() as tx:
        await act.record(tx, "done", tables=tables, rows=rows, bytes=size_bytes, sha256=sha256)
        output.put_in_place()
    return Exported(target, size_bytes, sha256, tables, rows)


def _measure(output: WholeFile) -> tuple[int, str]:
    output.file.seek(0)
    digest = hashlib.file_digest(output.file, "sha256")
    return output.file.tell(), digest.hexdigest()
