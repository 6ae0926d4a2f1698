"""A pooler in transaction mode with one server connection, as strict as pgbouncer is.

A client has the server from its first message until the server is outside a transaction again; then
anybody may have it, with whatever session state and unnamed statement the one before left there.
"""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_SSL_REQUEST = 80877103
_PROTOCOL_3 = 196608

Asked = asyncio.Task[bytes]


class Pooler:
    """Relays messages of PostgreSQL's protocol 3.0 between many clients and one server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._free = asyncio.Lock()
        self._greeting = b""

    async def log_in(self, user: str, database: str) -> None:
        names = f"user\0{user}\0database\0{database}\0\0".encode()
        self._writer.write(struct.pack("!ii", len(names) + 8, _PROTOCOL_3) + names)
        self._greeting = b"".join([message async for message in self._answer()])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await _startup(reader) == _SSL_REQUEST:
                writer.write(b"N")
            writer.write(self._greeting)
            asked = asyncio.create_task(_message(reader))
            while (await asked)[:1] != b"X":
                async with self._free:
                    asked = await self._transaction(asked, reader, writer)
        writer.close()

    async def _transaction(
        self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Asked:
        """Relay both ways until the server is free again; the client's next message, or a wait for it."""
        said = asyncio.create_task(_message(self._reader))
        while True:
            await asyncio.wait([asked, said], return_when=asyncio.FIRST_COMPLETED)
            if asked.done():
                self._writer.write(asked.result())
                asked = asyncio.create_task(_message(reader))
            if said.done():
                writer.write(said.result())
                if said.result()[:1] + said.result()[-1:] == b"ZI":
                    return asked
                said = asyncio.create_task(_message(self._reader))

    async def _answer(self) -> AsyncIterator[bytes]:
        """What the server says, up to and with `ReadyForQuery`."""
        message = b""
        while message[:1] != b"Z":
            message = await _message(self._reader)
            yield message


async def _startup(reader: asyncio.StreamReader) -> int:
    size, code = struct.unpack("!ii", await reader.readexactly(8))
    await reader.readexactly(size - 8)
    return int(code)


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(5)
    (size,) = struct.unpack("!i", head[1:])
    return head + await reader.readexactly(size - 4)


@asynccontextmanager
async def open_pooler(socket: str, user: str, database: str) -> AsyncIterator[str]:
    """Yields the address of a pooler before the server behind *socket*."""
    reader, writer = await asyncio.open_unix_connection(socket)
    pooler = Pooler(reader, writer)
    await pooler.log_in(user, database)
    server = await asyncio.start_server(pooler.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"postgresql://{user}@127.0.0.1:{port}/{database}"
    finally:
        server.close()
        writer.close()
