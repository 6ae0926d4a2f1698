"""A question in the sandbox, and a turn for it that a test runs by hand: no worker is there."""

from dataclasses import dataclass
from typing import Any

import aiohttp

from core.conversations import store
from core.conversations.model import Place, Question, Turn
from core.conversations.turns.run_turn import run_turn
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.ids import new_id
from tests.stage import Stage

RULES = "# Rules\n\n## Hooks\n\n" + " ".join(
    f"Bicycle number {n} hangs on hook {n} of the wall." for n in range(1, 9)
)
ASKED = "On which hook does bicycle number 3 hang?"
LAST_WORDS = "Offline model"


@dataclass
class Asked:
    """Who asked what, where."""

    stage: Stage
    http: aiohttp.ClientSession
    question: Question
    where: str

    @property
    def context(self) -> TenantContext:
        return self.stage.tenants["northwind"]

    async def run(self) -> None:
        await run_turn(self.context, self.stage.product.services.staff, self.question)

    async def turn(self) -> tuple[str, str]:
        """(state, answer)."""
        async with self.context.db.transaction() as tx:
            row = await tx.fetchrow("select state, coalesce(answer, '') as answer from turn")
        return row["state"], row["answer"]

    async def outbox(self) -> dict[str, tuple[str, str | None]]:
        """(state, reason) by key."""
        async with self.context.db.transaction() as tx:
            rows = await tx.fetch("select key, state, reason from outbox_message")
        return {row["key"]: (row["state"], row["reason"]) for row in rows}

    async def forget_mail(self) -> None:
        """No later stage's worker shall find what was asked here."""
        async with self.context.db.transaction() as tx:
            await tx.execute("update inbox_event set state = 'done'")

    async def said(self, where: str | None = None) -> list[dict[str, Any]]:
        """The app's messages as they stand."""
        query = {"workspace": "northwind", "person": "ana", "channel": where or self.where}
        async with self.http.get("/sandbox/messages", params=query) as answer:
            found = await answer.json()
        return [m for m in found["messages"] if m.get("bot_id") and not m["deleted"]]


async def ask(
    stage: Stage, http: aiohttp.ClientSession, where: str = "dm", text: str = ASKED
) -> Asked:
    """ana asks; what the event would start is not started."""
    body = {"workspace": "northwind", "person": "ana", "in": where, "text": text}
    async with http.post("/sandbox/say", json=body) as answer:
        assert answer.status == 200, await answer.text()
        said = await answer.json()
    context = stage.tenants["northwind"]
    team = await stage.product.services.workspaces.team_of(context.tenant_id)
    place = Place(
        team, said["channel"], said["ts"], stage.person_id("ana"), where == "dm", said["ts"]
    )
    question = Question(0, f"{said['channel']}:{said['ts']}", place, text.replace("@AEGIS ", ""))
    channel = "dm" if where == "dm" else where
    return Asked(stage, http, question, channel)


async def begun_turn(tx: Tx, question: Question) -> Turn:
    """A turn of the question, taken up by whoever calls."""
    conversation = await store.open_conversation(tx, question, "people")
    return await store.open_turn(tx, new_id(), conversation, question, "people", question.text)


def words(message: dict[str, Any]) -> str:
    """What a reader sees of a message."""
    blocks = message.get("blocks") or []
    marked = [block["text"] for block in blocks if block.get("type") == "markdown"]
    return "\n".join(marked) or message["text"]
