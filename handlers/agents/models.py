"""`/aegis agents models …`: in which order the company's models are asked."""

from core.gateway.routing.order import in_order
from core.gateway.usage.order_models import ORDER, list_favourites, order_models
from core.kernel.errors import Invalid
from core.services import Services
from handlers.blocks.agents.lists import models_page
from handlers.blocks.refusals import admins_only
from handlers.blocks.rendered import Rendered, said
from handlers.commands.admitting import recognize_admin, refuse
from handlers.commands.typed import Command

AS_IT_COMES = ["default"]


async def models(services: Services, command: Command, names: list[str]) -> Rendered:
    """The order as it is, or as it is from now on."""
    person = await recognize_admin(services, command)
    if not person.may_administer:
        await refuse(command, person, ORDER)
        return admins_only("agents models")
    providers = services.staff.gateway.providers
    wanted = [name for word in names for name in word.split(",") if name]
    if wanted:
        wanted = [] if wanted == AS_IT_COMES else wanted
        reference = command.inbox.event_id
        try:
            await order_models(
                command.tenant, wanted, providers, person=person, reference=reference
            )
        except Invalid as error:
            return said(str(error))
    order = in_order(providers, None, await list_favourites(command.tenant))
    return models_page(
        [(providers[index].name, providers[index].model, why) for index, why in order]
    )
