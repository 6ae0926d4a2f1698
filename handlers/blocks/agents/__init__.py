"""The staff as people see it: lists and pages, the forms that change it, its versions, Home."""

from handlers.blocks.agents.lists import agents_list

__all__ = ["agents_list"]
