"""Files the app sends: announced, posted, completed, as Slack has asked for since `files.upload`.

Source: docs.slack.dev, "Working with files": files.getUploadURLExternal, a POST of the bytes to the
address it names, files.completeUploadExternal.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.clients import SlackClients
from bot.slack.errors import CALL_ERRORS, error_code, is_not_served, is_passing, translated
from core.conversations.ports import CannotSend
from core.db.tenant import TenantContext
from core.kernel.errors import Postponed

LARGEST_UPLOAD = 1_000_000_000  # bytes; Slack's own limit for a file
SECONDS_FOR_BYTES = 300.0
LOOKED_AT = 200  # the newest messages of a conversation

_TAKES_NONE = frozenset(
    {
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "file_type_not_allowed",
        "file_upload_size_restricted",
        "storage_limit_reached",
    }
)


class SlackUploads:
    """Sends as each workspace's bot. The bytes go to Slack's hosts alone, and without the token:
    the address that Slack names is the right to post there."""

    def __init__(
        self, clients: SlackClients, session: aiohttp.ClientSession, hosts: frozenset[str]
    ) -> None:
        self._clients = clients
        self._session = session
        self._hosts = hosts

    async def send(
        self, context: TenantContext, channel: str, path: Path, *, title: str, words: str
    ) -> None:
        size = (await asyncio.to_thread(path.stat)).st_size
        if size > LARGEST_UPLOAD:
            raise CannotSend(f"The file has {size // 1_000_000} MB, and Slack takes 1,000 MB.")
        api = (await self._clients.of(context)).api
        with _in_words():
            announced = await api.files_getUploadURLExternal(filename=path.name, length=size)
            await self._post(str(announced["upload_url"]), path)
        await _complete(api, str(announced["file_id"]), channel, title, words)

    async def find_sent(self, context: TenantContext, channel: str, *, name: str) -> bool:
        api = (await self._clients.of(context)).api
        try:
            answer = await api.conversations_history(channel=channel, limit=LOOKED_AT)
        except CALL_ERRORS as error:
            if is_passing(error):
                raise Postponed("Slack did not say whether it has the file") from error
            return False
        messages = answer.get("messages") or []
        return any(f.get("name") == name for m in messages for f in m.get("files") or [])

    async def _post(self, url: str, path: Path) -> None:
        if not self._is_slacks(url):
            raise CannotSend("The address to send the file to is not Slack's.")
        limit = aiohttp.ClientTimeout(total=SECONDS_FOR_BYTES)
        headers = {"Content-Type": "application/octet-stream"}
        with path.open("rb") as file:
            async with self._session.post(
                url, data=file, headers=headers, timeout=limit, allow_redirects=False
            ) as answer:
                if answer.status == 429 or answer.status >= 500:
                    raise Postponed(f"Slack did not take a file ({answer.status})")
                if answer.status != 200:
                    raise CannotSend(f"Slack did not take the file ({answer.status}).")

    def _is_slacks(self, url: str) -> bool:
        """A host that files may be fetched from, over https; or the stand-in's, on this machine."""
        try:
            parts, api = urlsplit(url), urlsplit(self._clients.base_url)
        except ValueError:
            return False
        if parts.netloc not in self._hosts:
            return False
        return parts.scheme == "https" or (parts.netloc, parts.scheme) == (api.netloc, "http")


async def _complete(
    api: AsyncWebClient, file_id: str, channel: str, title: str, words: str
) -> None:
    """Raises Postponed also when Slack may have shared it: the next try looks for it first."""
    with _in_words():
        await api.files_completeUploadExternal(
            files=[{"id": file_id, "title": title}], channel_id=channel, initial_comment=words
        )


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except CALL_ERRORS as error:
        code = error_code(error)
        if code in _TAKES_NONE or is_not_served(error):
            words = f"This Slack does not take the file from me ({code})."
            raise CannotSend(words) from error
        raise translated(error) from error
