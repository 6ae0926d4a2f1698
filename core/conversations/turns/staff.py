"""Who answers, and with what."""

from dataclasses import dataclass

from core.agents.model import Roster
from core.conversations.ports import Messenger
from core.gateway.answer import Gateway
from core.knowledge.ports import Embedder


@dataclass(frozen=True, slots=True)
class Staff:
    """The agents, the model behind them, what finds passages for them, and Slack."""

    roster: Roster
    gateway: Gateway
    embedder: Embedder | None
    messenger: Messenger
