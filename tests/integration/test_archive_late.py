"""Exports that come too late, and exports that somebody would like to stop."""

import pytest

from core.kernel.errors import NotFound
from core.lifecycle.archive.reading import verify_archive
from tests.integration.archived import export, fill
from tests.integration.audit_log import SIGNER, sign, superuser, write


async def test_a_tenant_whose_keys_are_gone_is_copied_out_no_more(context, admin_dsn, tmp_path):
    """A process may know it for five seconds more; the certificate knows of no copy."""
    await fill(context)
    async with superuser(admin_dsn, context) as admin:
        await admin.execute(
            "update control.tenant set status = 'erasing', wrapped_key = '' where tenant_id = $1",
            context.tenant_id,
        )

    with pytest.raises(NotFound):
        await export(context, SIGNER, tmp_path / "a.zip")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("at", "signature"), [("'infinity'", "'AAAA'"), ("now()", "repeat('x', 5000)"), ("now()", "''")]
)
async def test_a_checkpoint_that_the_services_login_made_up_stops_no_export(
    context, database, tmp_path, at, signature
):
    await fill(context)
    await sign(database)
    await write(context, 1)
    async with database.control() as tx:
        await tx.execute(
            "insert into control.audit_checkpoint (tenant_id, seq, head, signed_at, key_id, signature)"
            f" select c.tenant_id, c.seq, c.head, {at}, 'k', {signature}"
            " from control.audit_chain c where c.tenant_id = $1",
            context.tenant_id,
        )

    path = await export(context, SIGNER, tmp_path / "a.zip")

    assert verify_archive(path, SIGNER.public_key).tenant_id == context.tenant_id
