"""Everything a handler may ask for: built once, in bot/wiring.py."""

from dataclasses import dataclass

from core.conversations.files.filing import Filing
from core.conversations.ports import FileSink, Screens
from core.conversations.turns.staff import Staff
from core.db.database import Database
from core.kernel.signing import Signer
from core.knowledge.ports import BatchReader
from core.lifecycle.model import Rules
from core.tenancy.install_workspace import Provisioner
from core.tenancy.installation.ports import TeamList, TokenCheck
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
    reader: BatchReader
    filing: Filing
    uploads: FileSink
    tokens: TokenCheck
    teams: TeamList
    screens: Screens
    # The names of all tools there are: what a form offers.
    tool_names: tuple[str, ...] = ()

    @property
    def always_asking(self) -> frozenset[str]:
        """The tools that no policy spares a click."""
        tools = self.staff.dispatcher.tools
        return frozenset(name for name, tool in tools.items() if tool.always_asks)
