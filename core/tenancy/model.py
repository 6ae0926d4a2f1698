"""Tenants, workspaces, and who a person is to one of them."""

from dataclasses import dataclass
from typing import Literal

Standing = Literal["owner", "admin", "member", "guest", "outsider", "bot", "gone"]

# In oauth_tokens, whose token it is: the workspace's own bot, not a person's.
WORKSPACE_HOLDER = "workspace"
# Who installed a workspace with a token from the settings.
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Person:
    """A Slack user as seen from one workspace. Known by id; a name decides nothing."""

    person_id: str
    standing: Standing
    display_name: str = ""

    @property
    def may_ask(self) -> bool:
        """Owners, admins and members. Guests, outsiders, bots and the unknown are refused."""
        return self.standing in ("owner", "admin", "member")

    @property
    def may_administer(self) -> bool:
        return self.standing in ("owner", "admin")

    @property
    def may_end(self) -> bool:
        """Who may have a workspace erased: in Slack, too, its owners alone can delete it."""
        return self.standing == "owner"
