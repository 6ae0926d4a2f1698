"""What is left of an erased tenant: a signed statement of what was erased and what backups still hold.

It is written twice: when the keys go, with what can be found out only before, and at the end.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from core.db.database import NOT_SET_UP, Database
from core.kernel.errors import NotFound
from core.kernel.ids import TenantId, new_id
from core.kernel.signing import BadSignature, Signer, verify
from core.lifecycle import store
from core.lifecycle.model import Certificate, Registered, Rules

KIND, BEGUN = "erasure certificate", "erasure begun"


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of a tenant as long as it is there. `tables`: how many rows each of them had.
    `not_revoked`: Slack's word for why a token may still be good, or nothing."""

    workspace: str | None = None
    tables: dict[str, int] = field(default_factory=dict)
    tokens_revoked: int = 0
    not_revoked: str = ""
    keys: tuple[str, ...] = ()


def begin_certificate(
    signer: Signer, tenant: TenantId, found: Findings, at: datetime
) -> Certificate:
    """What was found, signed and kept until the tenant is gone: it is no certificate yet."""
    document = {
        "kind": BEGUN,
        "tenant_id": tenant,
        "workspace": found.workspace,
        "tables": found.tables,
        "tokens_revoked": found.tokens_revoked,
        "not_revoked": found.not_revoked,
        "keys": list(found.keys),
    }
    return Certificate(new_id(), tenant, at, signer.sign(document))


def findings_of(begun: Certificate | None) -> Findings | None:
    """What an erasure that broke off had found; None for anything else."""
    document = json.loads(begun.signed.text) if begun else {}
    if document.get("kind") != BEGUN:
        return None
    return Findings(
        document["workspace"],
        document["tables"],
        document["tokens_revoked"],
        document["not_revoked"],
        tuple(document["keys"]),
    )


def write_certificate(
    signer: Signer,
    certificate_id: str,
    registered: Registered,
    found: Findings,
    rules: Rules,
    *,
    head: tuple[int, str],
    at: datetime,
) -> Certificate:
    """The certificate. *head*: number and hash of the last row of the audit log that is gone."""
    tenant, backups = registered.tenant_id, _backups(registered, rules, at)
    document: dict[str, Any] = {
        "kind": KIND,
        "format": 1,
        "certificate_id": certificate_id,
        "tenant_id": tenant,
        "workspace": found.workspace,
        "created_at": _time(registered.created_at),
        "frozen_at": _time(registered.frozen_at or at),
        "erased_at": _time(at),
        "tables": found.tables,
        "rows": sum(found.tables.values()),
        "audit_log": {"seq": head[0], "hash": head[1]},
        "tokens": {"revoked": found.tokens_revoked, "outcome": _outcome(found)},
        "keys_destroyed": list(found.keys),
        "backups": backups,
        "statement": _statement(backups, at),
    }
    return Certificate(certificate_id, tenant, at, signer.sign(document))


async def get_certificate(database: Database, wanted: str) -> Certificate:
    """Of an erased tenant, by its id or by the team id of its workspace. Raises NotFound."""
    async with database.control() as tx:
        registered = await store.find_registered(tx, wanted)
        if registered is None:
            raise NotFound(NOT_SET_UP)
        certificate = await store.find_certificate(tx, registered.tenant_id)
    if certificate is None or findings_of(certificate) is not None:
        raise NotFound("There is no certificate: this tenant has not been erased.")
    return certificate


async def list_uncertified(database: Database, keys: Mapping[str, bytes]) -> list[TenantId]:
    """Who is registered as erased without a certificate that one of *keys* (public, by id) signed:
    whoever may write the registry could hide a log by calling its tenant erased."""
    async with database.control() as tx:
        erased = [one for one in await store.list_registered(tx) if one.status == "erased"]
        found = [(one.tenant_id, await store.find_certificate(tx, one.tenant_id)) for one in erased]
    return [tenant for tenant, certificate in found if not _certifies(certificate, tenant, keys)]


def _certifies(
    certificate: Certificate | None, tenant: TenantId, keys: Mapping[str, bytes]
) -> bool:
    if certificate is None or certificate.signed.key_id not in keys:
        return False
    try:
        document = verify(certificate.signed, keys[certificate.signed.key_id], KIND)
    except BadSignature:
        return False
    return bool(document["tenant_id"] == tenant)


def _backups(registered: Registered, rules: Rules, at: datetime) -> dict[str, Any]:
    kept = timedelta(days=rules.backup_days)
    return {
        "kept_days": rules.backup_days,
        "oldest_of": f"{max(registered.created_at, at - kept).astimezone(UTC):%Y-%m-%d}",
        "last_gone_by": f"{(at + kept).astimezone(UTC):%Y-%m-%d}",
    }


def _statement(backups: dict[str, Any], at: datetime) -> str:
    return (
        "What AEGIS kept for this tenant in its database is erased, and the keys that opened its "
        f"credentials are destroyed there. Backups made before {_time(at)} are kept for "
        f"{backups['kept_days']} days: the oldest that may hold its data is of "
        f"{backups['oldest_of']}, the last is gone by {backups['last_gone_by']}. Until they expire "
        "they keep its text and its wrapped keys; those keys are of no use once the master key "
        "that wrapped them is destroyed."
    )


def _outcome(found: Findings) -> str:
    if found.not_revoked:
        return f"could not be revoked: {found.not_revoked}"
    return "revoked" if found.tokens_revoked else "there was no valid token"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
