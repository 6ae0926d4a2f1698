"""A file in a conversation, and one that the app is about to put there."""

import mimetypes
from dataclasses import dataclass
from typing import Any

# The names Slack uses where the extension alone would not do.
_FILETYPES = {"txt": "text", "md": "markdown", "htm": "html", "jpeg": "jpg", "": "binary"}
_MIMETYPES = {"md": "text/markdown", "txt": "text/plain"}


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """What Slack says about a file; its bytes are the workspace's to keep, `url` to fetch."""

    id: str
    name: str
    owner: str
    created: int
    channel: str
    url: str
    size: int
    title: str = ""
    connected: bool = False  # in a channel shared with another organization (Slack Connect)

    @property
    def _extension(self) -> str:
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""

    @property
    def mimetype(self) -> str:
        """What Slack guesses from the name."""
        guessed = _MIMETYPES.get(self._extension) or mimetypes.guess_type(self.name)[0]
        return guessed or "application/octet-stream"

    def to_wire(self) -> dict[str, Any]:
        """The file object of `files.info`."""
        filetype = _FILETYPES.get(self._extension, self._extension)
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": filetype,
            "pretty_type": filetype.upper(),
            "user": self.owner,
            "editable": False,
            "size": self.size,
            "mode": "hosted",
            "is_external": False,
            "is_public": False,
            "url_private": self.url,
            "url_private_download": f"{self.url}?download=1",
            "file_access": "visible",
        }

    def in_message(self) -> dict[str, Any]:
        """The file object inside a message. Of one that organizations share an app is told no more than
        its id, and to ask `files.info` (docs.slack.dev, "Slack Connect: files")."""
        if not self.connected:
            return self.to_wire()
        access = {"mode": "file_access", "file_access": "check_file_info"}
        return {"id": self.id, "created": 0, "timestamp": 0, "user": ""} | access


@dataclass(kw_only=True)
class Upload:
    """A file the app has announced: its bytes come to an address of its own, then it is shared."""

    file_id: str
    name: str
    length: int
    content: bytes | None = None
