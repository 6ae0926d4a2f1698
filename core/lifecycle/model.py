"""What a tenant's end and the keeping of its data go by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """The deployment's own: days between freezing and erasing, and days that backups are kept."""

    grace_days: int
    backup_days: int
