"""Export a tenant: everything it has, as it is at one moment, in one signed archive."""

import asyncio
import hashlib
from pathlib import Path

from core.audit import record as audit
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError, Unavailable
from core.kernel.signing import Signer
from core.lifecycle.archive.draft import Draft, drafting
from core.lifecycle.archive.model import Exported, Manifest
from core.lifecycle.archive.writing import write_archive

ACTION = "lifecycle:tenant:export"


async def export_tenant(
    context: TenantContext, signer: Signer, target: Path, *, actor: str, reference: str
) -> Exported:
    """Write *target*, a file of mode 600 that is there whole or not at all; audited.

    The tenant goes on working: what it writes meanwhile is not in the archive. Raises Invalid when
    *target* cannot be written or is there already, Conflict when the tenant was being updated,
    Unavailable when there is no room for it.
    """
    with drafting(target) as draft:
        await audit.announce(context, ACTION, actor, reference=reference)
        try:
            manifest = await _write(context, signer, draft)
            return await _finish(context, draft, target, manifest, actor, reference)
        except OSError as error:
            await _fail(context, actor, reference, error)
            raise Unavailable(f"The archive could not be written: {error.strerror}.") from error
        except Exception as error:
            await _fail(context, actor, reference, error)
            raise


async def _write(context: TenantContext, signer: Signer, draft: Draft) -> Manifest:
    async with context.db.snapshot() as snapshot:
        manifest = await write_archive(draft.file, snapshot, context.tenant_id, signer)
    await asyncio.to_thread(draft.sync)
    return manifest


async def _finish(
    context: TenantContext,
    draft: Draft,
    target: Path,
    manifest: Manifest,
    actor: str,
    reference: str,
) -> Exported:
    """The row and the file come together: without the one there is not the other."""
    size_bytes, sha256 = await asyncio.to_thread(_measure, draft)
    async with context.db.transaction() as tx:
        await audit.record(
            tx,
            ACTION,
            actor,
            outcome="done",
            reference=reference,
            tables=len(manifest.tables),
            rows=manifest.rows,
            bytes=size_bytes,
            sha256=sha256,
        )
        draft.put_in_place()
    return Exported(target, size_bytes, sha256, len(manifest.tables), manifest.rows)


def _measure(draft: Draft) -> tuple[int, str]:
    draft.file.seek(0)
    digest = hashlib.file_digest(draft.file, "sha256")
    return draft.file.tell(), digest.hexdigest()


async def _fail(context: TenantContext, actor: str, reference: str, error: Exception) -> None:
    reason = type(error).__name__ if isinstance(error, DomainError) else "error"
    async with context.db.transaction() as tx:
        await audit.record(tx, ACTION, actor, outcome="failed", reference=reference, reason=reason)
