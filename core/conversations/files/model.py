"""Files that people put into Slack, and what their cards say of them. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core.knowledge.model import Ingested

FileStage = Literal["waiting", "reading", "ready", "failed", "forgotten"]


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file in Slack, as it is told of. Without an address Slack has to be asked for it: so it is with
    what another organization shares (Slack Connect)."""

    file_id: str
    title: str
    url: str = ""
    size: int | None = None  # bytes, as Slack says


def shared_file(said: Mapping[str, Any]) -> SharedFile:
    """From Slack's own object for a file (docs.slack.dev, "File object")."""
    size = said.get("size")
    access = said.get("file_access") or "visible"
    url = said.get("url_private_download") or said.get("url_private") or ""
    return SharedFile(
        file_id=str(said.get("id") or ""),
        title=str(said.get("title") or said.get("name") or "file"),
        url=str(url) if access == "visible" else "",
        size=size if isinstance(size, int) else None,
    )


@dataclass(frozen=True, slots=True)
class FileStatus:
    """How far a file is. While it is read: *done* of its *of* chunks are indexed, none of none at
    first. *reason*, in words: why it could not be read."""

    document_id: str
    title: str
    stage: FileStage
    done: int = 0
    of: int = 0
    ingested: Ingested | None = None
    reason: str = ""


# How the card of a file looks: text and blocks.
DrawFile = Callable[[FileStatus], tuple[str, list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where a file was given, and by whom: its card stands there."""

    channel: str
    thread_ts: str | None
    person_id: str
