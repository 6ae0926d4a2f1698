"""Is the master key the one that the tenants' keys are wrapped with? Asked before anything starts."""

from collections.abc import Mapping

from core.db.database import Database
from core.kernel.errors import DomainError
from core.kernel.sealing import Sealer
from core.tenancy.keys import store


class MasterKeyMissing(DomainError):
    """Some tenants' keys are wrapped with a master key that is not here."""


async def check_master(database: Database, master: Sealer) -> dict[str, int]:
    """Id of each master key in use → how many tenants' keys it wraps.

    Raises MasterKeyMissing when one of them is not among *master*'s.
    """
    async with database.control() as tx:
        used = await store.list_wrapping_keys(tx)
    refuse_unknown(used, master)
    return used


def refuse_unknown(used: Mapping[str, int], master: Sealer) -> None:
    """Raises MasterKeyMissing; its words hold ids of keys, which tell nothing of the keys."""
    missing = {key_id: tenants for key_id, tenants in used.items() if not master.knows(key_id)}
    if missing:
        counts = ", ".join(f"{key_id} (tenants: {number})" for key_id, number in missing.items())
        raise MasterKeyMissing(
            f"AEGIS_MASTER_KEY: tenants' keys are wrapped with a master key that is not here: "
            f"{counts}. Here: {', '.join(master.key_ids)}. Set AEGIS_MASTER_KEY to the right one "
            "(with the embedded database: put master.key back from a backup), or add it to "
            "AEGIS_OLD_MASTER_KEYS until `aegis keys rotate` has moved away from it."
        )
