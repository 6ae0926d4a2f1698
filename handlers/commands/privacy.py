"""`/aegis privacy …`, for admins: what is kept, for how long; take it along; have it erased."""

import re
from collections.abc import Awaitable, Callable, Mapping

from core.conversations.ports import CannotSend
from core.kernel.errors import Invalid
from core.lifecycle.freeze_tenant import ACTION as FREEZE
from core.lifecycle.privacy.begin_erasure import begin_erasure
from core.lifecycle.privacy.review_data import review_data
from core.lifecycle.privacy.send_archive import Parcel, send_archive
from core.lifecycle.retention import set_retention
from core.memory.forget_memory import forget_person
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.oversight import privacy as blocks
from handlers.blocks.rendered import Rendered, said
from handlers.commands.admitting import refuse
from handlers.commands.filters import shown
from handlers.commands.typed import Command, respond

Effect = Callable[[Services, Command, Person], Awaitable[Rendered]]

_PERSON = re.compile(r"@?([UW][A-Z0-9]{2,30})")
FOREVER = ("forever", "for ever", "always")


async def privacy(services: Services, command: Command, person: Person) -> Rendered:
    """What the second word says, or what there is to see."""
    word = command.words[1].lower() if len(command.words) > 1 else ""
    effect = _EFFECTS.get(word)
    if effect is None:
        return blocks.not_a_privacy_word(shown(word))
    return await effect(services, command, person)


async def _review(services: Services, command: Command, person: Person) -> Rendered:
    review = await review_data(
        command.tenant, actor=person.person_id, reference=command.inbox.event_id
    )
    return blocks.privacy_page(review)


async def _keep(services: Services, command: Command, person: Person) -> Rendered:
    data_class = command.words[2].lower() if len(command.words) > 2 else ""
    typed = " ".join(command.words[3:]).lower()
    if data_class not in blocks.CLASSES:
        return blocks.not_a_retention(shown(data_class))
    try:
        keep_days = _days(typed)
    except Invalid:
        return blocks.not_a_retention(shown(typed.replace(" ", "")))
    await set_retention(
        command.tenant,
        data_class,
        keep_days,
        actor=person.person_id,
        reference=command.inbox.event_id,
    )
    return blocks.retention_set(data_class, keep_days)


def _days(typed: str) -> int | None:
    """Days, or None for ever. Raises Invalid."""
    if typed in FOREVER:
        return None
    number = typed.removesuffix("days").removesuffix("day").strip()
    if not (number.isascii() and number.isdigit() and len(number) <= 6):
        raise Invalid("That is not a number of days.")
    return int(number)


async def _export(services: Services, command: Command, person: Person) -> Rendered:
    """The archive is sent once, whatever is tried again: its name and its outbox row are of the event."""
    reference = command.inbox.event_id
    await respond(services, command, said(blocks.WORKING))
    channel = await services.staff.messenger.open_direct(command.tenant, person.person_id)
    parcel = Parcel(
        person_id=person.person_id,
        channel=channel,
        name=f"aegis-{shown(command.team_id)}-{command.tenant.fingerprint(reference)[:10]}.zip",
        words=blocks.archive_note(command.team_id),
    )
    try:
        sent = await send_archive(
            command.tenant, services.signer, services.uploads, parcel, reference=reference
        )
    except CannotSend as error:
        return blocks.archive_not_sent(str(error), command.team_id)
    return blocks.archive_sent(before=not sent)


async def _forget(services: Services, command: Command, person: Person) -> Rendered:
    """What agents keep about one person: for somebody who has left, or who asks an admin for it."""
    named = _PERSON.fullmatch(" ".join(command.words[2:]).upper())
    if named is None:
        return blocks.nobody_to_forget()
    count = await forget_person(
        command.tenant, named[1], person_id=person.person_id, reference=command.inbox.event_id
    )
    return blocks.person_forgotten(named[1], count)


async def _erase(services: Services, command: Command, person: Person) -> Rendered:
    """Explain; or, for an owner who has typed the workspace's id, begin."""
    team_id, rules = command.team_id, services.rules
    if len(command.words) == 2:
        return blocks.erasing_explained(team_id, rules.grace_days, rules.backup_days)
    if not person.may_end:
        await refuse(command, person, FREEZE)
        return blocks.owners_only()
    if command.words[2:] != (team_id,):
        return blocks.other_workspace_named(team_id)
    erase_after = await begin_erasure(
        command.tenant,
        services.database,
        services.provisioner,
        rules,
        event=command.inbox,
        actor=person.person_id,
    )
    return blocks.erasing_begun(team_id, erase_after, command.inbox.event_id)


_EFFECTS: Mapping[str, Effect] = {
    "": _review,
    "keep": _keep,
    "export": _export,
    "forget": _forget,
    "erase": _erase,
}
