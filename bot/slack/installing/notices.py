"""What the owner of a workspace is told of its installation: what is wrong, and where to mend it."""

from collections.abc import Collection
from datetime import UTC, datetime

from core.conversations.notices.tell_owner import tell_owner
from core.db.database import Database
from core.kernel.ids import TenantId

# What was told is remembered, so that the queue is not asked for every call; it is never told twice.
_KEPT = 10_000


class InstallationNotices:
    """Each of them once. *link* is the page that installs the app, where there is one."""

    def __init__(self, database: Database, link: str | None = None) -> None:
        self._database = database
        self._link = link
        self._told: set[tuple[TenantId, str]] = set()

    async def ends(self, tenant: TenantId, ends_at: datetime) -> None:
        """Slack renews the token no more: the last day and hour, while something can still be said."""
        at = int(ends_at.timestamp())
        plain = f"{ends_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        when = f"<!date^{at}^{{date_long_pretty}} at {{time}}|{plain}>"
        words = (
            "Slack does not renew my connection to this workspace any more. I answer until "
            f"{when}. {self.remedy()}"
        )
        await self._tell(tenant, words, f"token_ends:{at}")

    async def died(self, tenant: TenantId, installed_at: datetime) -> None:
        """Slack takes the workspace's own token no more, and its organization's goes on in its place."""
        words = (
            "Slack takes my own connection to this workspace no more. I go on with the one of your "
            "organization. If somebody took me out of this workspace, all is as they wanted it. "
            f"Otherwise: {self.remedy()}"
        )
        await self._tell(tenant, words, f"token_died:{installed_at.timestamp():.6f}")

    async def lacks(self, tenant: TenantId, scope: str) -> None:
        """Something has just failed for want of a right: said once a day, while it goes on."""
        words = f"Something did not work, because this workspace has not given me `{scope}`. "
        key = f"scope:{scope}:{datetime.now(UTC):%Y-%m-%d}"
        await self._tell(tenant, words + self.remedy(), key)

    async def needs(self, tenant: TenantId, scopes: Collection[str]) -> None:
        """This version asks for rights that the workspace has not given: once for each such set."""
        named = sorted(scopes)
        words = (
            "This version of me needs rights that this workspace has not given me yet: "
            f"{', '.join(f'`{scope}`' for scope in named)}. What needs them does not work, and the "
            f"rest does. {self.remedy()}"
        )
        await self._tell(tenant, words, f"scopes:{','.join(named)}")

    def remedy(self) -> str:
        """What mends all of these."""
        if self._link is None:
            return "Please have me installed again, by whoever runs AEGIS for you."
        return f"Please install me again, as somebody who may install apps: {self._link}"

    async def _tell(self, tenant: TenantId, words: str, key: str) -> None:
        if (tenant, key) in self._told:
            return
        await tell_owner(self._database, tenant, words, key=key)
        if len(self._told) >= _KEPT:
            self._told.clear()
        self._told.add((tenant, key))
