"""One module per family of methods; each maps method names to functions."""

from bot.sandbox.webapi.call import Handler
from bot.sandbox.webapi.methods import agents, chat, conversations, files, lookups, reactions
from bot.sandbox.webapi.methods.dialogs import views
from bot.sandbox.webapi.methods.installing import TOKEN_HANDLERS
from bot.sandbox.webapi.methods.streaming import streams

__all__ = ["HANDLERS", "TOKEN_HANDLERS"]

HANDLERS: dict[str, Handler] = {
    **agents.HANDLERS,
    **chat.HANDLERS,
    **conversations.HANDLERS,
    **files.HANDLERS,
    **lookups.HANDLERS,
    **reactions.HANDLERS,
    **streams.HANDLERS,
    **views.HANDLERS,
}
