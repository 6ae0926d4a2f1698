"""F27: Slack comes over a socket, and the socket breaks in every way it can."""

import asyncio
from dataclasses import dataclass

from tests.faults.cluster.processes import Program, free_port
from tests.faults.kinds.stage import Stage


@dataclass(frozen=True, slots=True)
class SocketMode:
    """A third process takes everything in by Socket Mode for a while; then it is HTTP again.

    An event that a dead socket swallowed comes again, so late acknowledgements are excused; what
    was said is not.
    """

    number: str = "F27"
    name: str = "Socket Mode, and its faults"
    seconds: float = 4.0  # of each fault

    async def strike(self, stage: Stage) -> None:
        slack = stage.cluster.slack
        program = await _program(stage)
        try:
            async with stage.broken(self.name, "acks", settle=5.0):
                await program.start()
                await asyncio.sleep(self.seconds)
                await slack.refresh_sockets()
                await asyncio.sleep(self.seconds)
                await slack.set_faults(drop_acks=0.3)
                await asyncio.sleep(self.seconds)
                await slack.set_faults(drop_acks=0.0, too_many_websockets=True)
                await slack.refresh_sockets()
                await asyncio.sleep(self.seconds / 2)
                await slack.set_faults(too_many_websockets=False)
                await asyncio.sleep(self.seconds)
                await slack.set_faults(half_open=True)
                await asyncio.sleep(self.seconds)
                await slack.set_faults(half_open=False)
                await asyncio.sleep(self.seconds)
                await program.terminate()
        finally:
            await slack.set_faults(drop_acks=0.0, too_many_websockets=False, half_open=False)
            await program.close()


async def _program(stage: Stage) -> Program:
    given = await stage.cluster.slack.credentials()
    port = free_port()
    tokens = {
        "SLACK_APP_TOKEN": given["app_token"],
        "SLACK_BOT_TOKEN": given["workspaces"][0]["bot_token"],
        "PORT": str(port),
    }
    return Program(
        "socket",
        ("bot", "serve"),
        stage.cluster.environment | tokens,
        stage.cluster.folder / "socket.log",
        port=port,
        ready_path="/health/ready",
    )
