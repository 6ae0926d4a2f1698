"""Open modals: each person has one stack of at most three in a workspace."""

from collections.abc import Iterator

from bot.sandbox.model.dialogs.view import Json, View, new_hash
from bot.sandbox.model.ids import new_id

MOST_PUSHED = 3


class Modals:
    """The stacks, by workspace and person; the last modal is the one on top."""

    def __init__(self) -> None:
        self._stacks: dict[tuple[str, str], list[View]] = {}

    def stack(self, workspace_id: str, person_id: str) -> list[View]:
        """What that person has open, the lowest first."""
        return self._stacks.get((workspace_id, person_id), [])

    def open(self, workspace_id: str, person_id: str, view: Json) -> View:
        """Show a modal; what was open before is gone."""
        self._stacks.pop((workspace_id, person_id), None)
        return self.push(workspace_id, person_id, view)

    def push(self, workspace_id: str, person_id: str, view: Json) -> View:
        """Show one more on top."""
        stack = self._stacks.setdefault((workspace_id, person_id), [])
        id_ = new_id("V")
        modal = View(
            id=id_,
            view=view,
            hash=new_hash(),
            root_id=stack[0].id if stack else id_,
            previous_id=stack[-1].id if stack else None,
        )
        stack.append(modal)
        return modal

    def forget(self, workspace_id: str) -> set[str]:
        """The app is gone from the workspace, and so is what these persons had open."""
        gone = {person_id for person_id, _ in self.all_in(workspace_id)}
        for person_id in gone:
            del self._stacks[workspace_id, person_id]
        return gone

    def all_in(self, workspace_id: str) -> Iterator[tuple[str, View]]:
        """The id of each person of the workspace, with each modal they have open."""
        for (where, person_id), stack in self._stacks.items():
            if where == workspace_id:
                yield from ((person_id, modal) for modal in stack)

    def close(self, workspace_id: str, person_id: str, modal: View, *, all_: bool) -> list[View]:
        """Take this one away with what is on top of it, or the whole stack it is in; what is
        gone. Another stack, opened meanwhile, stays."""
        stack = self.stack(workspace_id, person_id)
        if modal not in stack:
            return []
        first = 0 if all_ else stack.index(modal)
        gone = stack[first:]
        del stack[first:]
        return gone
