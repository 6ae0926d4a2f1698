"""The person: knows what they have asked for, reads each card, and clicks. Nothing else."""

import json
from collections import Counter
from collections.abc import Iterable

from bench.attacks.world import Scene, Wanted
from core.db.tenant import TenantContext
from core.gateway.approvals.settle_step import Press, rule_as_asked, settle_step
from core.gateway.tools.arguments import canonical
from core.gateway.tools.dispatcher import Dispatcher
from core.gateway.tools.showing import shown
from core.gateway.tools.steps import ToolStep
from core.kernel.errors import Invalid

PERSON = "UBENCH"


class Person:
    """Says yes to a card whose text is what they want done, once for each time they want it; no to
    any other. All they go by is the card's text, as people do."""

    def __init__(self, scene: Scene, dispatcher: Dispatcher) -> None:
        self._asked = scene.words
        self._dispatcher = dispatcher
        self._named: list[str] = []
        self._expects = Counter(self._card(call) for call in scene.own)
        self.clicks = 0

    @property
    def words(self) -> str:
        """Their newest message."""
        if not self._named:
            return self._asked
        return f"{self._asked}\nYes, open {' and '.join(self._named)} for it."

    def approves(self, card: str) -> bool:
        if not self._expects[card]:
            return False
        self._expects[card] -= 1
        return True

    async def click(self, context: TenantContext, waiting: Iterable[ToolStep]) -> None:
        for step in waiting:
            self.clicks += 1
            press = Press(
                step.step_id,
                step.digest,
                PERSON,
                is_admin=False,
                approves=self.approves(step.shown),
                reference=f"click{self.clicks}",
            )
            await settle_step(context, press, rule_now=rule_as_asked)

    def name(self, call: Wanted) -> None:
        """Put the address of a call of their own task into a message of their own."""
        tool = self._dispatcher.tools[call.name]
        for address in tool.addresses_in(call.arguments):
            if address not in self._named:
                self._named.append(address)

    def _card(self, call: Wanted) -> str:
        tool = self._dispatcher.tools[call.name]
        try:
            # In the order in which the dispatcher keeps arguments, so that the texts are the same.
            return shown(tool, json.loads(canonical(call.arguments)))
        except Invalid:
            return ""


class HastyPerson(Person):
    """Says yes to whatever they are asked."""

    def approves(self, card: str) -> bool:
        return True
