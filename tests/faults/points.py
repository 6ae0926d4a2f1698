"""Where a rigged process dies, and at which words: what the runner and the rig both know."""

from pathlib import Path

POISON = "What is the deadly word"
# In the order in which one question passes them.
POINTS = (
    "after-ack",
    "after-claim",
    "in-audit",
    "between-tool-and-record",
    "in-model-call",
    "between-post-and-record",
    "in-final-commit",
)


def armed_file(folder: Path, point: str, channel: str) -> Path:
    """Whoever removes it dies there, at work for a conversation of this channel."""
    return folder / f"ARMED-{point}-{channel}"
