"""A pooler in transaction mode, as strict as pgbouncer is.

A client has a server from its first message until that server is outside a transaction again; then
it gets another one, and finds there whatever session state the client before has left.
"""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

_SSL_REQUEST = 80877103
_PROTOCOL_3 = 196608

Asked = asyncio.Task[bytes]
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Pooler:
    """Relays messages of PostgreSQL's protocol 3.0 between many clients and a few servers."""

    def __init__(self) -> None:
        self._free: asyncio.Queue[Stream] = asyncio.Queue()
        self._greeting = b""

    async def add(self, server: Stream, user: str, database: str) -> None:
        """Log in to a server, and lend it out from now on."""
        reader, writer = server
        names = f"user\0{user}\0database\0{database}\0\0".encode()
        writer.write(struct.pack("!ii", len(names) + 8, _PROTOCOL_3) + names)
        said = [await _message(reader)]
        while said[-1][:1] != b"Z":
            said.append(await _message(reader))
        self._greeting = b"".join(said)
        self._free.put_nowait(server)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await _startup(reader) == _SSL_REQUEST:
                writer.write(b"N")
            writer.write(self._greeting)
            asked = asyncio.create_task(_message(reader))
            while (await asked)[:1] != b"X":
                server = await self._free.get()
                asked = await _transaction(server, (reader, writer), asked)
                self._free.put_nowait(server)
        writer.close()


async def _transaction(server: Stream, client: Stream, asked: Asked) -> Asked:
    """Relay both ways until the server is free again; returns the wait for what comes next."""
    said = asyncio.create_task(_message(server[0]))
    while True:
        await asyncio.wait([asked, said], return_when=asyncio.FIRST_COMPLETED)
        if asked.done():
            server[1].write(asked.result())
            asked = asyncio.create_task(_message(client[0]))
        if said.done():
            client[1].write(said.result())
            if said.result()[:1] + said.result()[-1:] == b"ZI":
                return asked
            said = asyncio.create_task(_message(server[0]))


async def _startup(reader: asyncio.StreamReader) -> int:
    size, code = struct.unpack("!ii", await reader.readexactly(8))
    await reader.readexactly(size - 8)
    return int(code)


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(5)
    (size,) = struct.unpack("!i", head[1:])
    return head + await reader.readexactly(size - 4)


@asynccontextmanager
async def open_pooler(socket: str, user: str, database: str, servers: int) -> AsyncIterator[str]:
    """Yields the address of a pooler before the database behind *socket*."""
    pooler = Pooler()
    async with AsyncExitStack() as stack:
        for _ in range(servers):
            reader, writer = await asyncio.open_unix_connection(socket)
            stack.callback(writer.close)
            await pooler.add((reader, writer), user, database)
        listening = await asyncio.start_server(pooler.serve, "127.0.0.1", 0)
        stack.callback(listening.close)
        port = listening.sockets[0].getsockname()[1]
        yield f"postgresql://{user}@127.0.0.1:{port}/{database}"
