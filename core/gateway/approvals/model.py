"""Who may say yes to a call, how many it takes, and how several such rules hold at once. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

Approvers = Literal["requester", "admin", "two", "group"]

HOUR = 3600


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """Who may say yes, and for how long the question stands, in seconds.

    `requester`: whoever asked the agent. `admin`: an owner or admin. `two`: two different people, of
    whom the requester may be one. `group`: one of *persons*. *also*: rules that hold besides.
    """

    approvers: Approvers = "requester"
    persons: tuple[str, ...] = ()
    expires_s: int = 24 * HOUR
    also: tuple["ApprovalRule", ...] = ()

    @property
    def each(self) -> tuple["ApprovalRule", ...]:
        """The rules that all have to hold."""
        return (replace(self, also=()), *self.also)

    @property
    def needed(self) -> int:
        return 2 if any(rule.approvers == "two" for rule in self.each) else 1

    @property
    def group(self) -> tuple[str, ...] | None:
        """Those who stand in all groups there are; None when there is none."""
        groups = [rule.persons for rule in self.each if rule.approvers == "group"]
        if not groups:
            return None
        return tuple(one for one in groups[0] if all(one in persons for persons in groups))

    @property
    def needs_admins(self) -> bool:
        return any(rule.approvers == "admin" for rule in self.each)

    def may_approve(self, person_id: str, *, requester: str, is_admin: bool) -> bool:
        return all(rule._admits(person_id, requester, is_admin) for rule in self.each)

    def counted(
        self, by: Iterable[str], *, requester: str, admins: Collection[str]
    ) -> tuple[str, ...]:
        """Of those who have said yes, whose counts, each once. *admins* were such when they did."""
        return tuple(
            person
            for person in dict.fromkeys(by)
            if self.may_approve(person, requester=requester, is_admin=person in admins)
        )

    def joined(self, other: "ApprovalRule") -> "ApprovalRule":
        """Both hold. `requester` is what holds where nothing is demanded, so it gives way."""
        expires_s = min(self.expires_s, other.expires_s)
        demanding = dict.fromkeys(
            replace(rule, expires_s=expires_s)
            for rule in (*self.each, *other.each)
            if rule.approvers != "requester"
        )
        first, *rest = demanding or (replace(self, expires_s=expires_s),)
        return replace(first, also=tuple(rest))

    def to_detail(self) -> dict[str, Any]:
        """As it is kept with a call, and in a profile. How long it stands is not."""
        return {
            "approvers": self.approvers,
            "persons": list(self.persons),
            **({"also": [rule.to_detail() for rule in self.also]} if self.also else {}),
        }

    def _admits(self, person_id: str, requester: str, is_admin: bool) -> bool:
        if self.approvers == "requester":
            return person_id == requester
        if self.approvers == "admin":
            return is_admin
        if self.approvers == "two":
            return True
        return person_id in self.persons


WHOEVER_ASKED = ApprovalRule()


def rule_in(detail: Mapping[str, Any]) -> ApprovalRule:
    """The rule that is kept there. Raises TypeError or ValueError for what is none."""
    approvers = detail.get("approvers", "requester")
    if approvers not in get_args(Approvers):
        raise ValueError("nobody that we know")
    persons, also = detail.get("persons") or [], detail.get("also") or []
    if not isinstance(persons, list) or not isinstance(also, list):
        raise TypeError("not a list")
    return ApprovalRule(approvers, tuple(map(str, persons)), also=tuple(map(rule_in, also)))
