"""Identifiers: random, 32 hex characters, never derived from anything a person wrote."""

import re
import secrets
from typing import NewType

TenantId = NewType("TenantId", str)

_TENANT_ID = re.compile(r"[0-9a-f]{32}")


def new_id() -> str:
    """128 random bits as 32 lower-case hex characters."""
    return secrets.token_hex(16)


def new_reference() -> str:
    """A short name for one failure, shown to the person and written to the log."""
    return secrets.token_hex(4)


def tenant_id(text: str) -> TenantId:
    """Check that *text* has the form of a tenant id; the registry says whether it exists.

    Raises ValueError. `fullmatch`, because `$` would accept a trailing newline.
    """
    if not _TENANT_ID.fullmatch(text):
        raise ValueError(f"not a tenant id: {text!r}")
    return TenantId(text)
