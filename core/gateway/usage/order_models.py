"""The company's own order of models: kept in its profile, as a new version of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.audit import record as audit
from core.db.tenant import TenantContext
from core.gateway.ports import Provider
from core.gateway.usage import store
from core.kernel.errors import Invalid, Refused
from core.tenancy.model import Person

ORDER = "gateway:models:order"


def favourites_in(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of models or of vendors, the one to ask first first; of another form, none."""
    names = body.get("models")
    return tuple(x for x in names if isinstance(x, str)) if isinstance(names, list) else ()


async def list_favourites(context: TenantContext) -> tuple[str, ...]:
    """As the company has put them; empty when the operator's order counts."""
    async with context.db.transaction() as tx:
        _, body = await store.find_company(tx)
    return favourites_in(body)


async def order_models(
    context: TenantContext,
    names: Sequence[str],
    providers: Iterable[Provider],
    *,
    person: Person,
    reference: str,
) -> None:
    """From the next call on; no names go back to the operator's order. For admins and owners.

    Raises Refused, and Invalid for a name that is none of *providers*; audited.
    """
    if not person.may_administer:
        raise Refused("The order of models is for admins and owners to set.")
    known = {name for each in providers for name in (each.name, each.model)}
    if not set(names) <= known:
        raise Invalid(f"There are these models here: {', '.join(sorted(known))}.")
    async with context.db.transaction() as tx:
        await store.lock_company(tx)
        version, body = await store.find_company(tx)
        models = list(dict.fromkeys(names))
        if tuple(models) == favourites_in(body):
            return  # so it is already, perhaps by an earlier try of the same command
        await store.put_company(tx, version + 1, {**body, "models": models}, person.person_id)
        await audit.record(
            tx, ORDER, person.person_id, outcome="done", reference=reference, models=len(models)
        )
