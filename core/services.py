"""Everything a handler may ask for: built once, in bot/wiring.py."""

from dataclasses import dataclass

from core.conversations.ports import FileSource
from core.conversations.run_turn import Staff
from core.db.database import Database
from core.knowledge.ports import Reader
from core.tenancy.ports import Directory
from core.tenancy.workspaces import Workspaces


@dataclass(frozen=True, slots=True)
class Services:
    database: Database
    workspaces: Workspaces
    directory: Directory
    staff: Staff
    reader: Reader
    files: FileSource
