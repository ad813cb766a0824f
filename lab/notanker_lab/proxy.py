"""Joins a listening socket of the host to an address inside a namespace.

``python -m notanker_lab.proxy FD ADDRESS PORT``: accepts on the inherited socket FD, which still
belongs to the host's network, and connects in the namespace the proxy runs in.
"""

import asyncio
import contextlib
import socket
import sys

_MAX_CONNECTIONS = 64
_CHUNK_BYTES = 65536
_CONNECT_TIMEOUT_S = 5.0


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


async def serve(sock: socket.socket, address: str, port: int) -> None:
    """Forward what ``sock`` accepts for ever, at most 64 connections at a time."""
    free = asyncio.Semaphore(_MAX_CONNECTIONS)

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_writer: asyncio.StreamWriter | None = None
        try:
            async with free:
                connecting = asyncio.open_connection(address, port)
                far_reader, opened = await asyncio.wait_for(connecting, _CONNECT_TIMEOUT_S)
                far_writer = opened
                await asyncio.gather(_copy(reader, opened), _copy(far_reader, writer))
        except (OSError, TimeoutError):
            pass  # nobody there (yet): the browser sees a closed connection
        finally:
            writer.close()
            if far_writer is not None:
                far_writer.close()

    sock.setblocking(False)
    async with await asyncio.start_server(join, sock=sock) as server:
        await server.serve_forever()


def main() -> None:
    """Command line of the proxy."""
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2], int(sys.argv[3])))


if __name__ == "__main__":
    main()
