"""What it takes to read in what people put into Slack."""

from dataclasses import dataclass

from core.conversations.files.model import DrawFile
from core.conversations.ports import FileSource, Messenger
from core.db.database import Database
from core.knowledge.arrivals.take_in import Shelf


@dataclass(frozen=True, slots=True)
class Filing:
    """Where files come from, where they go, and how and where people see how far they are."""

    database: Database
    messenger: Messenger
    source: FileSource
    shelf: Shelf
    draw: DrawFile
