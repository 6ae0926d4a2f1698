"""A line between the product and its database that can be cut, stalled, and mended."""

import asyncio
import socket
from contextlib import asynccontextmanager, suppress

# PostgreSQL, "Message Formats", ErrorResponse: what a server says before it hangs up.
_FIELDS = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0"
LAST_WORDS = b"E" + (len(_FIELDS) + 4).to_bytes(4, "big") + _FIELDS


class Line:
    """Carries bytes from a port of 127.0.0.1 to PostgreSQL's socket, while it is whole."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._near: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]

    @classmethod
    @asynccontextmanager
    async def open(cls, target: str):
        line = cls(target)
        await line.mend()
        try:
            yield line
        finally:
            await line.cut()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    async def cut(self) -> None:
        """Everybody is hung up on, and nobody gets through any more."""
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stall(self) -> None:
        """Nobody is hung up on, and nothing gets through: a server that hangs."""
        self._flows.clear()

    async def say_last_words(self) -> None:
        """As if each server process had said that it ends, and had not hung up yet."""
        for writer in self._near:
            writer.write(LAST_WORDS)
            await writer.drain()

    async def _carry(self, reader, writer) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self._target)
        ends = {writer, far_writer}
        self._writers |= ends
        self._near.add(writer)
        both = [
            asyncio.create_task(self._pump(reader, far_writer)),
            asyncio.create_task(self._pump(far_reader, writer)),
        ]
        self._tasks |= set(both)
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.transport.abort()
        self._writers -= ends
        self._near.discard(writer)
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        self._tasks -= set(both)

    async def _pump(self, reader, writer) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
