"""`/aegis isolation`: whether the walls between workspaces were proved, and when."""

from core.isolation.last_proof import last_proof
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.oversight.isolation import isolation_page
from handlers.blocks.rendered import Rendered
from handlers.commands.typed import Command


async def show_isolation(services: Services, command: Command, person: Person) -> Rendered:
    return isolation_page(await last_proof(services.database))
