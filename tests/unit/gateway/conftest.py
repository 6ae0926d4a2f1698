"""A tenant's context without a database: what a prompt asks for, and nothing it could read."""

from typing import cast

import pytest

from core.db.pool import Pool
from core.db.tenant import TenantContext, TenantDB
from core.gateway.model import AgentTurn, Passage
from core.kernel.ids import new_id, tenant_id
from core.kernel.sealing import Sealer, new_key

LEAVE = Passage(
    number=1,
    title="Employee handbook",
    page=3,
    heading="Leave › Parental leave",
    text="Every parent gets 18 weeks of paid parental leave. Tell your lead eight weeks ahead.",
)


@pytest.fixture
def tenant() -> TenantContext:
    someone = tenant_id(new_id())
    return TenantContext(
        someone, TenantDB(cast("Pool", None), someone), Sealer(new_key()), new_key(), 2
    )


@pytest.fixture
def turn() -> AgentTurn:
    return AgentTurn(
        agent="Pia",
        role="people",
        instructions="Be kind and exact.",
        question="How many weeks of parental leave do we get?",
        passages=(LEAVE,),
    )
