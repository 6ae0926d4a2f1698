"""The Home tab of the app: one a person and workspace, as the app last published it."""

from collections.abc import Iterator

from bot.sandbox.model.dialogs.view import Json, View, new_hash
from bot.sandbox.model.ids import new_id


class Homes:
    """By workspace and person; nobody has one until the app has published it."""

    def __init__(self) -> None:
        self._homes: dict[tuple[str, str], View] = {}

    def find(self, workspace_id: str, person_id: str) -> View | None:
        """What that person's Home shows."""
        return self._homes.get((workspace_id, person_id))

    def publish(self, workspace_id: str, person_id: str, view: Json) -> View:
        """Show this from now on. It keeps its id, as on Slack."""
        home = self.find(workspace_id, person_id)
        if home is None:
            id_ = new_id("V")
            home = View(id=id_, view=view, hash=new_hash(), root_id=id_)
            self._homes[workspace_id, person_id] = home
        else:
            home.view, home.hash = view, new_hash()
        return home

    def forget(self, workspace_id: str) -> set[str]:
        """The app is gone from the workspace, and so are these persons' Homes."""
        gone = {person_id for person_id, _ in self.all_in(workspace_id)}
        for person_id in gone:
            del self._homes[workspace_id, person_id]
        return gone

    def all_in(self, workspace_id: str) -> Iterator[tuple[str, View]]:
        """The id of each person of the workspace, with their Home."""
        for (where, person_id), home in self._homes.items():
            if where == workspace_id:
                yield person_id, home
