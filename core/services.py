"""Everything a handler may ask for: built once, in bot/wiring.py."""

from dataclasses import dataclass

from core.conversations.ports import FileSink, FileSource
from core.conversations.turns.staff import Staff
from core.db.database import Database
from core.kernel.signing import Signer
from core.knowledge.ports import Reader
from core.lifecycle.model import Rules
from core.tenancy.install_workspace import Provisioner
from core.tenancy.installation.ports import TokenCheck
from core.tenancy.ports import Directory
from core.tenancy.workspaces import Workspaces


@dataclass(frozen=True, slots=True)
class Services:
    database: Database
    provisioner: Provisioner
    signer: Signer
    rules: Rules
    workspaces: Workspaces
    directory: Directory
    staff: Staff
    reader: Reader
    files: FileSource
    uploads: FileSink
    tokens: TokenCheck
