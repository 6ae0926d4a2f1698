"""Files people put into Slack: fetched from Slack's hosts only, with the token sent nowhere else."""

from urllib.parse import urlsplit

import aiohttp

from bot.slack.clients import SlackClients
from bot.slack.errors import CALL_ERRORS, error_code, is_passing
from core.conversations.files.model import SharedFile, shared_file
from core.db.tenant import TenantContext
from core.kernel.errors import Invalid, NotFound, Postponed

_PIECE = 64 * 1024
_NOT_IT = "What Slack handed over is not that file, so I did not use it."
# How a page begins, whatever it is called.
_PAGE = (b"<!doctype html", b"<html")
_GONE = "Slack does not have that file any more, or does not hand it to me. Send it again."


class SlackFiles:
    """Reads `url_private` addresses. A redirect is not followed: it could lead the token away."""

    def __init__(
        self, clients: SlackClients, session: aiohttp.ClientSession, hosts: frozenset[str]
    ) -> None:
        self._clients = clients
        self._session = session
        self._hosts = hosts

    async def look_up(self, context: TenantContext, file: SharedFile) -> SharedFile:
        """docs.slack.dev, files.info, and "Slack Connect: files": what another organization shares
        comes with `file_access: check_file_info` and no address."""
        client = await self._clients.of(context)
        try:
            answer = await client.api.files_info(file=file.file_id)
        except CALL_ERRORS as error:
            if is_passing(error):
                raise Postponed(
                    f"Slack did not say where a file is ({error_code(error)})"
                ) from error
            raise NotFound(_GONE) from error
        found = shared_file(answer.get("file") or {})
        if not found.url:
            raise NotFound(_GONE)
        return found

    async def fetch(
        self, context: TenantContext, url: str, *, size: int | None, limit: int
    ) -> bytes:
        try:
            parts = urlsplit(url)
        except ValueError:
            raise Invalid("That file has no address that I can read.") from None
        if parts.netloc not in self._hosts or parts.scheme not in ("https", "http"):
            raise Invalid("That file is not kept by Slack, so I did not fetch it.")
        if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise Invalid("That file's address is not encrypted, so I did not fetch it.")
        client = await self._clients.of(context)
        headers = {"Authorization": f"Bearer {client.token.reveal()}"}
        try:
            async with self._session.get(url, headers=headers, allow_redirects=False) as answer:
                return await _read(answer, size, limit)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Postponed(f"Slack did not hand over a file ({type(error).__name__})") from error


async def _read(answer: aiohttp.ClientResponse, size: int | None, limit: int) -> bytes:
    if answer.status == 429 or answer.status >= 500:
        raise Postponed(f"Slack did not hand over a file ({answer.status})")
    if answer.status != 200:
        raise Invalid(_GONE)
    content = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        content += piece
        if len(content) > limit:
            raise Invalid(
                f"That file is larger than {limit // 2**20} MB, the most I can read. Send it in parts."
            )
    # Without the right to a file Slack answers 200 with a page to sign in on. Where it does not say how
    # large the file is, no page can be told from that one.
    is_page = answer.content_type == "text/html" or content.lstrip()[:14].lower().startswith(_PAGE)
    if len(content) != size if size is not None else is_page:
        raise Invalid(_NOT_IT)
    return bytes(content)
