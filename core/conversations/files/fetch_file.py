"""Fetch a file from Slack: a tool call with the workspace's token, so its audit row comes first."""

from core.audit.attempt import attempt
from core.conversations.ports import FileSource
from core.db.tenant import TenantContext

ACTION = "conversations:file:fetch"


async def fetch_file(
    context: TenantContext,
    files: FileSource,
    url: str,
    *,
    size: int | None,
    limit: int,
    person_id: str,
    reference: str,
) -> bytes:
    """The bytes of a file that Slack says has *size* of them, and at most *limit*.

    Raises Invalid (foreign host, too large, a page to sign in on), Unavailable.
    """
    given = context.fingerprint(url)
    async with attempt(context, ACTION, person_id, reference=reference, arguments=given) as act:
        content = await files.fetch(context, url, size=size, limit=limit)
        await act.conclude("done", size_bytes=len(content))
    return content
