"""An organization (Enterprise Grid): several workspaces under one roof."""

from dataclasses import dataclass, field

from bot.sandbox.model.people import Person


@dataclass(kw_only=True)
class Organization:
    """The app may be installed over all of it, and is then granted to workspaces one by one."""

    id: str
    name: str
    title: str
    bot_user_id: str
    bot_id: str
    admins: dict[str, Person] = field(default_factory=dict)
    installed: bool = False
    bot_token: str = field(default="", repr=False)
    granted: set[str] = field(default_factory=set)
