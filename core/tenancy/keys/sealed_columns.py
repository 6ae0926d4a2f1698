"""Where sealed values lie: the one list of them. A test holds it to the catalog's bytea columns."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from core.db.transaction import Tx
from core.kernel.ids import TenantId
from core.tenancy.keys import store
from core.tenancy.keys.model import SealedRow


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of a tenant's table whose values are sealed with the tenant's data key, bound to
    (tenant, *the row's place). `key_id` and `algorithm` stand beside it."""

    table: str
    column: str
    list_rows: Callable[[Tx, TenantId, str], Awaitable[list[SealedRow]]]
    replace: Callable[[Tx, TenantId, SealedRow, bytes, str], Awaitable[bool]]


SEALED_COLUMNS = (
    SealedColumn(
        "oauth_tokens", "sealed_token", store.list_sealed_tokens, store.replace_sealed_token
    ),
)
