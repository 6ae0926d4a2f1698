"""One module per family of methods; each maps method names to functions."""

from bot.sandbox.webapi.call import Handler
from bot.sandbox.webapi.methods import agents, chat, conversations, lookups, reactions, streams

HANDLERS: dict[str, Handler] = {
    **agents.HANDLERS,
    **chat.HANDLERS,
    **conversations.HANDLERS,
    **lookups.HANDLERS,
    **reactions.HANDLERS,
    **streams.HANDLERS,
}
