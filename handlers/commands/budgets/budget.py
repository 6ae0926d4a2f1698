"""`/aegis budget …`: what was used and what is left; for admins, what anybody may use."""

from core.agents.load_roster import load_roster
from core.gateway.usage.list_usage import list_usage
from core.gateway.usage.model import Limit
from core.gateway.usage.set_budget import CHANGE, clear_budget, set_budget
from core.kernel.errors import Invalid
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.oversight import budget as blocks
from handlers.blocks.refusals import admins_only
from handlers.blocks.rendered import Rendered
from handlers.commands.admitting import recognize_admin, refuse
from handlers.commands.budgets.wanted import Wanted, read_budget
from handlers.commands.filters import shown
from handlers.commands.typed import Command


async def budget(services: Services, command: Command, person: Person) -> Rendered:
    """What the second word says, or what there is to see."""
    word = command.words[1].lower() if len(command.words) > 1 else ""
    if word not in ("", "set", "clear"):
        return blocks.not_a_budget_word(shown(word))
    person = await recognize_admin(services, command) if word or person.may_administer else person
    if not word:
        page = await list_usage(
            command.tenant,
            person,
            trial=services.staff.gateway.trial,
            reference=command.inbox.event_id,
        )
        return blocks.usage_page(page, await load_roster(command.tenant))
    if not person.may_administer:
        await refuse(command, person, CHANGE)
        return admins_only("budget set")
    try:
        wanted = read_budget(command.words[2:], await load_roster(command.tenant))
        return await (_set if word == "set" else _clear)(command, person, wanted)
    except Invalid as error:
        return blocks.not_a_budget(str(error))


async def _set(command: Command, person: Person, wanted: Wanted) -> Rendered:
    if wanted.amount is None or wanted.unit is None or wanted.period is None:
        raise Invalid("I need an amount, tokens or dollars, and a day or a month.")
    limit = Limit(wanted.scope, wanted.unit, wanted.period, wanted.amount, wanted.key)
    await set_budget(command.tenant, limit, person=person, reference=command.inbox.event_id)
    return blocks.budget_set(limit)


async def _clear(command: Command, person: Person, wanted: Wanted) -> Rendered:
    gone = await clear_budget(
        command.tenant,
        wanted.scope,
        wanted.key,
        wanted.unit,
        wanted.period,
        person=person,
        reference=command.inbox.event_id,
    )
    return blocks.budget_cleared(gone)
