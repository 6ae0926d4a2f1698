"""A strict local Slack: two workspaces behind one base URL, driven over HTTP.

The product knows nothing of it and is not known by it: they meet only on the wire.
"""

from bot.sandbox.server import Sandbox

__all__ = ["Sandbox"]
