"""Opening a database: what goes wrong is said by the name of the setting, without its value."""

import pytest

from bot.storage import Addresses, StorageError, migrate_all, open_storage
from core.kernel.sealing import new_key
from core.kernel.secret import Secret
from core.kernel.signing import Signer


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://u:canary/word@127.0.0.1/db",
        "postgresql://u:canary[word@127.0.0.1/db",
        "postgresql://u:p@127.0.0.1:canary/db",
    ],
)
async def test_an_address_that_cannot_be_read_is_named_and_not_quoted(dsn, master):
    where = Addresses(dsn, dsn, master, Signer(new_key()), Secret("session" * 5))
    with pytest.raises(StorageError, match="DATABASE_URL: is not an address") as migrating:
        await migrate_all(where)
    with pytest.raises(StorageError, match="DATABASE_URL: is not an address") as opening:
        async with open_storage(where):
            pass

    assert "canary" not in f"{migrating.value} {opening.value}"
    assert migrating.value.__suppress_context__
