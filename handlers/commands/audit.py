"""`/aegis audit [filters]`: the log of the workspace, for those who administer it."""

from datetime import UTC, datetime

from core.agents.load_roster import load_roster
from core.audit.chain.how_far import how_far
from core.audit.read_log import read_log
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.oversight.audit import SHOWN, audit_page, not_a_filter
from handlers.blocks.rendered import Rendered
from handlers.commands.filters import Unreadable, read_filter
from handlers.commands.typed import Command


async def show_audit(services: Services, command: Command, person: Person) -> Rendered:
    """The newest rows that the words describe. That they were read is a row too."""
    roster = await load_roster(command.tenant)
    try:
        wanted = read_filter(
            command.rest, person_id=person.person_id, roster=roster, now=datetime.now(UTC)
        )
    except Unreadable as error:
        return not_a_filter(str(error), error.about)
    events = await read_log(
        command.tenant,
        person.person_id,
        wanted,
        reference=command.inbox.event_id,
        limit=SHOWN + 1,
    )
    extent = await how_far(services.database, command.tenant)
    return audit_page(events, wanted, roster, extent)
