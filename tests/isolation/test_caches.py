"""Whatever a process keeps in memory between two requests: by tenant, or the same for everybody."""

import ast
from collections.abc import Iterator

import pytest

from bot.slack.clients import SlackClients
from core.db.database import Database
from core.db.pool import open_pool
from core.kernel.secret import Secret
from core.tenancy.install_workspace import Grant, install_workspace
from core.tenancy.workspaces import Workspaces
from tests.contract.repository import named, parsed, python_files

# (module, what is kept): why one tenant's entry is never another's answer. A new cache stands here.
CACHES = {
    ("core/db/database.py", "_contexts"): "by tenant id",
    ("core/tenancy/workspaces.py", "_kept"): "by team id, of which a tenant has one",
    ("core/tenancy/workspaces.py", "_teams"): "by tenant id",
    ("core/tenancy/membership/kept.py", "_kept"): "by tenant id, and a channel or a person",
    ("bot/slack/clients.py", "_kept"): "by tenant id",
    ("bot/slack/clients.py", "_opening"): "by tenant id, while its token is being opened",
    ("bot/slack/installing/doubts.py", "_doubts"): "by tenant id and token, and no content",
    ("web_oauth/client_rate.py", "_until"): "by client address, of whom no tenant is known yet",
    ("bot/slack/abilities.py", "_missing"): "by team id, and no content: what a server lacks",
    ("bot/slack/answers/rewriting.py", "_shown"): "one answer's own",
    (
        "bot/intake/batch.py",
        "_waiting",
    ): "a list: events of all tenants until their commit, each with its own id",
    ("bot/intake/accept.py", "_looking_up"): "by team or organization id, while it is looked up",
    ("bot/worker/worker.py", "_running"): "by lease, which names its tenant",
    ("bot/worker/worker.py", "_broken"): "by lease, until it is given back",
    ("bot/cli/script/player.py", "_threads"): "one script's own; no part of the service",
    ("bot/cli/script/operations.py", "_expired"): "one script's own; no part of the service",
    ("core/db/transaction.py", "tables"): "one tenant's snapshot",
    ("core/tenancy/keys/rotate_data.py", "unfinished"): "one rotation's, by tenant id",
    ("core/agents/model.py", "_by_word"): "one roster's own",
    ("core/gateway/providers/anthropic/message.py", "_numbers"): "one answer's own",
    ("core/gateway/providers/anthropic/message.py", "_whole"): "one answer's own",
    ("core/gateway/providers/openai/call_pieces.py", "_by_id"): "one answer's own",
    ("core/gateway/providers/openai/call_pieces.py", "_by_index"): "one answer's own",
    ("core/gateway/routing/fair_slots.py", "_waiting"): "by tenant id, and no content: who is next",
    ("core/gateway/routing/order.py", "cache"): "a file of the program",
    ("core/gateway/usage/prices.py", "cache"): "a file of the program",
    ("core/audit/attempt.py", "_writing"): "tasks that run, each with its own context",
    ("core/audit/chain/anchors.py", "_ahead"): "one tenant's verification",
    ("core/tenancy/keys/rotate_data.py", "_references"): "by tenant id",
    ("core/knowledge/reading/formats/office/word.py", "_notes"): "one file's own notes",
    ("core/knowledge/reading/formats/office/word_styles.py", "_elements"): "one file's own styles",
    ("core/knowledge/reading/formats/office/word_styles.py", "_formats"): "one file's own styles",
    ("core/knowledge/embedding/graph.py", "_constants"): "of the model, built at set-up",
    ("core/agents/ready_roster.py", "cache"): "a file of the program",
    ("core/agents/addressing.py", "lru_cache"): "of a roster's words alone, the same for all",
    ("core/agents/choose_agent.py", "lru_cache"): "of a topic's words alone, the same for all",
    ("core/knowledge/embedding/wordpiece.py", "lru_cache"): "of a word alone, the same for all",
    ("core/knowledge/embedding/minilm.py", "lru_cache"): "of a word alone, the same for all",
    ("core/knowledge/embedding/minilm.py", "cache"): "the model itself, the same for all",
}


def test_every_cache_of_the_product_is_known_here():
    """A38, as we read it: no answer is kept under a key that leaves the tenant out."""
    found = {
        (named(path), name)
        for path in python_files("core", "handlers", "web_oauth", "bot")
        if "bot/sandbox/" not in named(path)
        for name in caches(parsed(path))
    }

    assert found == set(CACHES)


@pytest.mark.parametrize(
    "planted",
    [
        "@cache\ndef f(): ...",
        "@lru_cache(maxsize=1)\ndef f(): ...",
        "@functools.cache\ndef f(): ...",
        "self.f = lru_cache(10)(self._f)",
        "class A:\n  def __init__(self):\n    self._answers: dict[str, tuple[float, str]] = {}",
        "class A:\n  def __init__(self):\n    self._seen = {}",
        "ANSWERS: dict[str, str] = {}",
    ],
)
def test_a_cache_is_noticed(planted):
    assert list(caches(ast.parse(planted)))


async def test_one_tenants_client_context_and_team_are_never_anothers(database, provisioner, pair):
    """A38: asked in turns, from warm caches."""
    workspaces, clients = (
        Workspaces(database),
        SlackClients(database, None, "http://127.0.0.1/api/"),
    )
    teams = [await workspaces.team_of(context.tenant_id) for context in pair]
    for team in teams:
        grant = Grant(team, Secret(f"xoxb-{team}"), f"B{team}")
        await install_workspace(database, provisioner, grant)

    for _ in range(2):
        for context, team in zip(pair, teams, strict=True):
            client = await clients.of(context)
            assert (client.token, client.bot_user_id) == (Secret(f"xoxb-{team}"), f"B{team}")
            assert (await database.tenant(context.tenant_id)).tenant_id == context.tenant_id
            assert await workspaces.tenant_of(team) == context.tenant_id
            assert await workspaces.team_of(context.tenant_id) == team


async def test_keys_and_tokens_of_a_tenant_that_nobody_asks_for_do_not_stay_in_memory(
    service_dsn, master, through_pooler, provisioner, pair, monkeypatch
):
    """Its keys may have been destroyed since, by another process."""
    monkeypatch.setattr("core.db.database.CONTEXT_SECONDS", 0.0)
    monkeypatch.setattr("bot.slack.clients.TOKEN_SECONDS", 0.0)
    pool = await open_pool(service_dsn, size=1, pooled=through_pooler)
    database = Database(pool, master)
    clients = SlackClients(database, None, "http://127.0.0.1/api/")
    for context in pair:
        team = await Workspaces(database).team_of(context.tenant_id)
        await install_workspace(database, provisioner, Grant(team, Secret("xoxb-1-a"), "B1"))

    gone, asked = (context.tenant_id for context in pair)
    for tenant in (gone, asked):
        await clients.of(await database.tenant(tenant))

    assert set(database._contexts) == set(clients._kept) == {asked}
    await pool.close()


def caches(tree: ast.Module) -> Iterator[str]:
    """functools' caches by their name, and dicts that begin empty and live longer than a call."""
    for node in ast.walk(tree):
        for used in [*getattr(node, "decorator_list", []), getattr(node, "func", None)]:
            name = getattr(used, "id", getattr(used, "attr", ""))
            if name in ("cache", "lru_cache"):
                yield name
        if isinstance(node, ast.ClassDef):
            yield from (kept for part in ast.walk(node) for kept in _kept(part, ast.Attribute))
    yield from (kept for node in tree.body for kept in _kept(node, ast.Name))


def _kept(node: ast.AST, target: type) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    value = getattr(node, "value", None)
    empty = isinstance(value, ast.Dict) and not value.keys
    called = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
    if (empty or called in ("defaultdict", "OrderedDict")) and isinstance(targets[0], target):
        yield getattr(targets[0], "attr", getattr(targets[0], "id", ""))
