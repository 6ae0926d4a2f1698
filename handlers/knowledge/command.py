"""`/aegis kb list | search WORDS | delete TITLE | status`: only what whoever asks may see, shown to them
alone."""

from collections.abc import Awaitable, Callable, Mapping
from difflib import get_close_matches

from core.kernel.errors import Invalid, Refused
from core.knowledge.access.find_asker import find_asker
from core.knowledge.access.look_up import look_up
from core.knowledge.access.pick_document import pick_document
from core.knowledge.forget_document import FOR_ADMINS, may_forget
from core.knowledge.list_documents import list_documents
from core.knowledge.model import Asker
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.documents import (
    delete_question,
    documents_list,
    kb_usage,
    passages_list,
    status_page,
)
from handlers.blocks.rendered import Rendered
from handlers.commands.filters import shown
from handlers.commands.typed import Command
from handlers.knowledge.filters import read_search

Effect = Callable[[Services, Command, Person, Asker, str], Awaitable[Rendered]]


async def knowledge_base(services: Services, command: Command, person: Person) -> Rendered:
    """What was typed after `kb`; nothing is the list."""
    word, _, rest = command.rest.partition(" ")
    effect = WORDS.get(word.lower() or "list")
    if effect is None:
        nearest = get_close_matches(word.lower(), WORDS, n=1, cutoff=0.5)
        return kb_usage(unknown=shown(word), nearest=nearest[0] if nearest else "")
    asker = await find_asker(
        command.tenant, services.staff.readers, person_id=person.person_id, private=True
    )
    return await effect(services, command, person, asker, rest.strip())


async def _list(
    services: Services, command: Command, person: Person, asker: Asker, rest: str
) -> Rendered:
    return documents_list(await list_documents(command.tenant, asker=asker))


async def _search(
    services: Services, command: Command, person: Person, asker: Asker, rest: str
) -> Rendered:
    sought = read_search(rest)
    found = await look_up(
        command.tenant,
        services.staff.embedder,
        words=sought.words,
        asker=asker,
        reference=command.inbox.event_id,
        document=sought.document,
        within=sought.within,
    )
    return passages_list(found.found, narrowed=sought.narrowed)


async def _delete(
    services: Services, command: Command, person: Person, asker: Asker, rest: str
) -> Rendered:
    """Asks first: the click takes it away, and looks at everything again."""
    if not rest:
        raise Invalid("Say which one: /aegis kb delete, and its title or its number in the list.")
    document = pick_document(await list_documents(command.tenant, asker=asker), rest)
    if not may_forget(document, person.person_id, any_document=person.may_administer):
        raise Refused(FOR_ADMINS[document.scope])
    return delete_question(document)


async def _status(
    services: Services, command: Command, person: Person, asker: Asker, rest: str
) -> Rendered:
    documents = await list_documents(command.tenant, asker=asker)
    return status_page(documents, by_meaning=services.staff.embedder is not None)


WORDS: Mapping[str, Effect] = {
    "list": _list,
    "search": _search,
    "delete": _delete,
    "status": _status,
}
