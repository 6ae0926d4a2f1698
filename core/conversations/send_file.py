"""Send a file that is made for one person: once, and nothing of it stays on this machine."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from core.conversations import store
from core.conversations.model import Outgoing
from core.conversations.ports import FileSink
from core.db.tenant import TenantContext

Make = Callable[[Path], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Sending:
    """What is sent where. *name* must be the key's own: it is how the file is found again."""

    channel: str
    name: str
    title: str
    words: str


async def send_file(
    context: TenantContext, files: FileSink, sending: Sending, make: Make, *, key: str
) -> bool:
    """Make the file and send it; False if an earlier try under the same *key* had sent it.

    The outbox remembers: a try that ended without an answer is looked for in Slack before the
    file is made again. Raises what *make* raises, CannotSend, Postponed.
    """
    state = await _begin(context, sending, key)
    if state == "sent":
        return False
    if state == "sending" and await files.find_sent(context, sending.channel, name=sending.name):
        await _finish(context, key)
        return False
    folder = Path(tempfile.gettempdir()) / f"aegis-file-{context.fingerprint(key)[:32]}"
    try:
        await asyncio.to_thread(_empty, folder)
        path = folder / sending.name
        await make(path)
        await files.send(context, sending.channel, path, title=sending.title, words=sending.words)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    await _finish(context, key)
    return True


def _empty(folder: Path) -> None:
    """For this user alone. What a process left that was killed over the same key goes first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)


async def _begin(context: TenantContext, sending: Sending, key: str) -> str:
    async with context.db.transaction() as tx:
        await store.put_outbox(tx, key, Outgoing(sending.channel, sending.words))
        found = await store.find_outbox(tx, key)
        assert found is not None
        if found.state == "waiting":
            await store.mark_sending(tx, key)
    return found.state


async def _finish(context: TenantContext, key: str) -> None:
    async with context.db.transaction() as tx:
        await store.mark_sent(tx, key)
