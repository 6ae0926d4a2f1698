"""The sandbox in a process of its own: `python -m tests.faults.cluster.slack PORT`.

AEGIS_FAULTS_RETRIES: the pauses before a delivery is repeated, in seconds, with commas between them.
"""

import asyncio
import os
import sys

from bot.sandbox import Sandbox


async def serve(port: int, retry_after_s: list[float]) -> None:
    async with Sandbox.open(port=port, retry_after_s=retry_after_s):
        await asyncio.Event().wait()


if __name__ == "__main__":
    pauses = os.environ.get("AEGIS_FAULTS_RETRIES", "0,60,300")
    asyncio.run(serve(int(sys.argv[1]), [float(pause) for pause in pauses.split(",")]))
