"""`/aegis memory`: what agents keep about whoever asks, and about the company."""

import re

from core.agents.load_roster import load_roster
from core.memory.forget_memory import forget_person
from core.memory.recall import list_kept
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.memory import listing
from handlers.blocks.rendered import Rendered
from handlers.commands.typed import Command

_NUMBER = re.compile(r"[1-9][0-9]?")


async def memory(services: Services, command: Command, person: Person) -> Rendered:
    """The list, or what else was typed after the word; `/aegis privacy memory` is the same."""
    rest = [word.lower() for word in command.words if word.lower() not in ("privacy", "memory")]
    if rest == ["forget", "everything"]:
        count = await forget_person(
            command.tenant,
            person.person_id,
            person_id=person.person_id,
            reference=command.inbox.event_id,
        )
        return listing.all_forgotten(count)
    page = int(rest.pop()) if len(rest) == 1 and _NUMBER.fullmatch(rest[0]) else 1
    if rest and rest != ["help"]:
        return listing.not_a_memory_word()
    kept = await list_kept(command.tenant, person.person_id)
    roster = await load_roster(command.tenant)
    return listing.memory_page(kept, roster, administers=person.may_administer, page=page)
