"""What is asked of the outside when a tenant goes."""

from typing import Protocol

from core.db.tenant import TenantContext
from core.kernel.errors import Unavailable


class NotRevoked(Unavailable):
    """A token may still be good. `code` is the outside's own word for why, or ours."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The token could not be revoked ({code}).")
        self.code = code


class TokenRevoker(Protocol):
    async def revoke(self, context: TenantContext) -> int:
        """Make the tenant's tokens worthless where they were issued; returns how many were good.

        Raises NotRevoked, and what opening a token raises.
        """
        ...
