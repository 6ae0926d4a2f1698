"""Who answers, and with what."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.agents.model import Roster
from core.connections.mcp.tools import ToolServers
from core.conversations.model import About
from core.conversations.ports import ChannelKinds, Messenger
from core.gateway.answer import Gateway
from core.gateway.tools.dispatcher import Dispatcher
from core.gateway.tools.steps import ToolStep
from core.knowledge.ports import Embedder
from core.tenancy.membership.readers import Readers

# How a call that needs a yes looks in Slack: text and blocks, for the step and its agent's name.
Card = Callable[[ToolStep, str], tuple[str, list[dict[str, Any]]]]
# How the offer to share an answer looks: text and blocks, for the turn and where it was asked from.
Offer = Callable[[str, About], tuple[str, list[dict[str, Any]]]]
# How the offer to answer in private looks: text and blocks, for the turn and how much was withheld.
OfferAlone = Callable[[str, int], tuple[str, list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Staff:
    """The agents, the model behind them, what finds passages for them, Slack, who reads along and where, and
    their tools.

    *roster* is the ready one until a turn knows its tenant: `run_turn` takes the tenant's own in its
    place. Whoever needs it elsewhere asks `core.agents.load_roster`.
    """

    roster: Roster
    gateway: Gateway
    embedder: Embedder | None
    messenger: Messenger
    dispatcher: Dispatcher
    card: Card
    offer: Offer
    offer_alone: OfferAlone
    readers: Readers
    channels: ChannelKinds
    servers: ToolServers = field(default_factory=ToolServers)
