"""What a tenant's end and the keeping of its data go by."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.kernel.ids import TenantId
from core.kernel.signing import Signed

Status = Literal["active", "frozen", "erasing", "erased"]
Kind = Literal["workspace", "organization"]
# Who, or what, froze a tenant. Only what was frozen because Slack's side left, a reinstall thaws.
Because = Literal["operator", "owner", "uninstalled"]

# What Slack says of an installation, and what we ask ourselves about it, is done in one order.
INSTALLATION_MAILBOX = "lifecycle"

LONGEST_DAYS = 36_500  # a hundred years; who wants longer says "for ever"


@dataclass(frozen=True, slots=True)
class Rules:
    """The deployment's own: days between freezing and erasing, and days that backups are kept."""

    grace_days: int
    backup_days: int


@dataclass(frozen=True, slots=True)
class Registered:
    """A tenant as the registry has it. An erased one has no workspace any more; an organization's
    record has the organization's id in the place of a workspace's."""

    tenant_id: TenantId
    team_id: str | None
    status: Status
    schema_version: int
    created_at: datetime
    frozen_at: datetime | None
    erase_after: datetime | None
    kind: Kind
    frozen_because: Because | None


@dataclass(frozen=True, slots=True)
class LinkedWorkspace:
    """A workspace that speaks with an organization's token."""

    team_id: str
    tenant_id: TenantId
    status: Status
    frozen_because: Because | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """The signed statement that a tenant is gone. `signed.text` says all of it."""

    certificate_id: str
    tenant_id: TenantId
    erased_at: datetime
    signed: Signed


@dataclass(frozen=True, slots=True)
class DataClass:
    """A class of data that a tenant sets a time for. `keep_days` is what holds where it has not."""

    name: str
    keep_days: int
    words: str


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a tenant keeps a class of data: days, or None for ever."""

    data_class: str
    keep_days: int | None
    is_default: bool
    words: str


DATA_CLASSES = (
    DataClass("conversations", 365, "questions, answers and the messages they were posted as"),
    DataClass("people", 90, "who is a member here, since Slack was last asked about them"),
    DataClass("audit", 730, "the audit log, cut at its beginning up to a signed checkpoint"),
)
