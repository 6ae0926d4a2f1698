"""Names of a hostile kind: refused before they reach SQL, and no differently from unknown ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from core.db import scope
from core.db.tenant import TenantDB
from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.tenancy.workspaces import Workspaces

HOSTILE = [
    "",
    " ",
    "public",
    "control",
    "extensions",
    "pg_temp",
    "pg_catalog",
    "aegis_owner",
    "none",
    "default",
    "current_user",
    "0" * 31,
    "0" * 33,
    "0" * 64,
    "0" * 10_000,
    "0" * 32 + "\n",
    "\n" + "0" * 32,
    "0" * 32 + " ",
    "0" * 31 + "\0",
    "A" * 32,
    "g" * 32,
    "٠" * 32,
    "０" * 32,
    "0" * 31 + "²",
    "'; drop schema control cascade; --",
    '"; set role aegis_owner; --',
    "$$; select pg_read_file('/etc/passwd'); $$",
    "tenant_" + "0" * 32,
    "tenant_" + "0" * 32 + ", public",
    "%s%I%L",
    "../" * 10,
    "\ud800" * 32,
    "🚲" * 8,
]
# What a fuzzer adds: almost an id, and anything at all.
ALMOST = some.text(alphabet="0123456789abcdefABCDEFg;'\"\n\0٠ _-", min_size=28, max_size=70)
ANYTHING = ALMOST | some.text(max_size=80)
FUZZED = settings(max_examples=150, deadline=None)


def fuzzed() -> list[str]:
    """What hypothesis comes up with; collected, because its runs know nothing of our event loop."""
    found: list[str] = []

    @FUZZED
    @given(wanted=ANYTHING)
    def collect(wanted: str) -> None:
        found.append(wanted)

    collect()
    return found


async def refusal(database, sent: list[str], wanted) -> tuple[str, list[str]]:
    """In which words an id is refused, and what was asked of PostgreSQL meanwhile."""
    sent.clear()
    with pytest.raises(NotFound) as refused:
        await database.tenant(wanted)
    return str(refused.value), list(sent)


@pytest.mark.parametrize("wanted", [*HOSTILE, None, 0, b"0" * 32], ids=repr)
async def test_a_hostile_id_is_refused_like_one_that_nobody_has(counted, wanted):
    """A31: the same words, the same statements; it never stands in one itself."""
    database, sent = counted
    unknown = await refusal(database, sent, new_id())

    assert await refusal(database, sent, wanted) == unknown
    assert len(unknown[1]) == 1


async def test_whatever_a_fuzzer_calls_a_tenant_is_refused_like_an_unknown_one(counted):
    """A31: nothing but 32 small hex digits of a registered tenant opens a door."""
    database, sent = counted
    unknown = await refusal(database, sent, new_id())

    for wanted in fuzzed():
        assert await refusal(database, sent, wanted) == unknown, repr(wanted)


@pytest.mark.parametrize("wanted", HOSTILE, ids=repr)
def test_a_hostile_id_names_no_schema_and_no_role(wanted):
    """A31: what builds the names of schemas and roles refuses by itself, whoever calls it."""
    for make in (scope.schema_of, scope.enter, lambda name: TenantDB(None, name)):
        with pytest.raises(ValueError, match="not a tenant id"):
            make(wanted)


@FUZZED
@given(wanted=ANYTHING)
def test_whatever_a_fuzzer_calls_a_tenant_names_no_schema(wanted):
    """A31: of all texts, only an id's form gets as far as a statement's text."""
    try:
        text = scope.enter(wanted)
    except ValueError:
        return
    assert text == (
        f"set local role tenant_{wanted}; set local search_path = tenant_{wanted}, pg_temp"
    )
    assert len(wanted) == 32
    assert set(wanted) <= set("0123456789abcdef")


@pytest.mark.parametrize("team", [t for t in HOSTILE if "\0" not in t and "\ud800" not in t])
async def test_a_hostile_team_id_is_no_workspace(counted, team):
    """A31: looked up as a value, by the same one statement as any other unknown team."""
    database, sent = counted
    workspaces = Workspaces(database)
    assert await workspaces.tenant_of("T" + new_id()) is None
    unknown = list(sent)
    sent.clear()

    assert await workspaces.tenant_of(team) is None
    assert sent == unknown


async def test_another_tenants_id_as_a_team_id_is_no_workspace(counted, pair):
    """A31: ids of one kind do not work as ids of another."""
    database, _ = counted
    theirs = pair[1].tenant_id

    for team in (theirs, f"tenant_{theirs}", theirs.upper()):
        assert await Workspaces(database).tenant_of(team) is None


@pytest.mark.parametrize("wanted", [t for t in HOSTILE if "\0" not in t and "\ud800" not in t])
async def test_the_door_for_events_refuses_a_hostile_id_by_itself(database, wanted):
    """A31: the one function that writes to many tenants holds ids to their form too."""
    with pytest.raises(Exception, match="not a tenant id"):
        async with database.control() as tx:
            await tx.execute(
                "select control.accept_events($1, $2, $2, $3, $2)", [wanted], ["x"], ["event"]
            )
