"""Open modals: each person has one stack of at most three in a workspace."""

import secrets
from dataclasses import dataclass
from typing import Any

from bot.sandbox.model.ids import new_id

Json = dict[str, Any]

MOST_PUSHED = 3


@dataclass(kw_only=True)
class Modal:
    """A view somebody has open. `hash` changes with every update."""

    id: str
    view: Json
    hash: str
    root_id: str
    previous_id: str | None = None


class Modals:
    """The stacks, by workspace and person; the last modal is the one on top."""

    def __init__(self) -> None:
        self._stacks: dict[tuple[str, str], list[Modal]] = {}

    def stack(self, workspace_id: str, person_id: str) -> list[Modal]:
        """What that person has open, the lowest first."""
        return self._stacks.get((workspace_id, person_id), [])

    def open(self, workspace_id: str, person_id: str, view: Json) -> Modal:
        """Show a modal; what was open before is gone."""
        self.close(workspace_id, person_id)
        return self.push(workspace_id, person_id, view)

    def push(self, workspace_id: str, person_id: str, view: Json) -> Modal:
        """Show one more on top."""
        stack = self._stacks.setdefault((workspace_id, person_id), [])
        id_ = new_id("V")
        modal = Modal(
            id=id_,
            view=view,
            hash=new_hash(),
            root_id=stack[0].id if stack else id_,
            previous_id=stack[-1].id if stack else None,
        )
        stack.append(modal)
        return modal

    def find(self, workspace_id: str, *, id_: str = "", external_id: str = "") -> Modal | None:
        """By its id, or by the id the app gave it."""
        stacks = (stack for (where, _), stack in self._stacks.items() if where == workspace_id)
        for modal in (modal for stack in stacks for modal in stack):
            if id_ == modal.id or (external_id and external_id == modal.view.get("external_id")):
                return modal
        return None

    def close(self, workspace_id: str, person_id: str, *, top_only: bool = False) -> None:
        """The person closes the one on top, or all of them."""
        stack = self._stacks.pop((workspace_id, person_id), [])
        if top_only and len(stack) > 1:
            self._stacks[workspace_id, person_id] = stack[:-1]


def new_hash() -> str:
    """A new value for a view that has changed."""
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"
