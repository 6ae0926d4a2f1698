"""The bystander: a tenant like any other, with a canary in every text that its tables can hold."""

import json

import asyncpg

from core.db.scope import schema_of
from core.kernel.ids import TenantId
from core.kernel.sealing import Sealer
from core.kernel.tenant_keys import TenantKeys
from core.tenancy.install_workspace import Provisioner
from tests.canary.net import Net
from tests.contract import data_map

TEAM = "TBYSTANDER"
# What the questions of the tests are about: a wall that is down lets this text be found.
LURE = (
    "Parental leave, bike stipend, office hours, van key, spring fair stand number, expenses,"
    " holidays, returns, warranty, workshop safety, billing, invoices, onboarding: weeks, euros."
)
# In the order of their references. {column}: a canary of that column's own.
ROWS = [
    "insert into {s}.oauth_tokens (tenant_id, user_id, provider, sealed_token, key_id, scopes,"
    " bot_user_id) values ({tenant}, 'workspace', 'slack', {sealed}, {key}, {c:oauth_tokens.scopes},"
    " {c:oauth_tokens.bot_user_id})",
    "insert into {s}.audit_event (action, actor, outcome, reference, detail) values"
    " ('knowledge:document:ingest', {c:audit_event.actor}, 'done', {c:audit_event.reference},"
    " {j:audit_event.detail})",
    "insert into {s}.inbox_event (event_id, mailbox, kind, payload, state, finished_at, reason)"
    " values ({c:inbox_event.event_id}, {c:inbox_event.mailbox}, 'event', {j:inbox_event.payload},"
    " 'set_aside', now(), {c:inbox_event.reason})",
    "insert into {s}.person (person_id, standing, display_name, default_agent) values"
    " ({c:person.person_id}, 'owner', {c:person.display_name}, {c:person.default_agent})",
    "insert into {s}.conversation (channel, thread_ts, agent, opened_by, summary) values"
    " ({c:conversation.channel}, {c:conversation.thread_ts}, {c:conversation.agent},"
    " {c:conversation.opened_by}, {l:conversation.summary})",
    "insert into {s}.turn (turn_id, conversation_id, event_key, person_id, agent, question, answer,"
    " sources, model, choice, about, drew_on, state, finished_at) select {c:turn.turn_id}, id,"
    " {c:turn.event_key}, {c:turn.person_id}, {c:turn.agent}, {l:turn.question}, {l:turn.answer},"
    " {j:turn.sources}, {c:turn.model}, {c:turn.choice}, {j:turn.about}, {j:turn.drew_on}, 'done',"
    " now() from {s}.conversation",
    "insert into {s}.turn_step (step_id, turn_id, kind, name, agent, person_id, state, arguments,"
    " digest, shown, result, detail) values ({c:turn_step.step_id}, {c:turn_step.turn_id}, 'tool',"
    " {c:turn_step.name}, {c:turn_step.agent}, {c:turn_step.person_id}, 'done',"
    " {c:turn_step.arguments}, {c:turn_step.digest}, {c:turn_step.shown}, {c:turn_step.result},"
    " {j:turn_step.detail})",
    "insert into {s}.profile_version (kind, key, version, body, changed_by) values ('agent',"
    " {c:profile_version.key}, 1, {j:profile_version.body}, {c:profile_version.changed_by})",
    "insert into {s}.memory (memory_id, about, agent, body, state, proposed_by, turn_id) values"
    " ({c:memory.memory_id}, {c:memory.about}, {c:memory.agent}, {l:memory.body}, 'kept',"
    " {c:memory.proposed_by}, {c:memory.turn_id})",
    "insert into {s}.outbox_message (key, channel, thread_ts, person_id, body, state, message_ts,"
    " reason) values ({c:outbox_message.key}, {c:outbox_message.channel},"
    " {c:outbox_message.thread_ts}, {c:outbox_message.person_id}, {j:outbox_message.body}, 'failed',"
    " {c:outbox_message.message_ts}, {c:outbox_message.reason})",
    "insert into {s}.document (document_id, title, media, scope, content_sha256, embedding_model,"
    " chunk_count, token_count, added_by) values ({c:document.document_id}, {l:document.title}, 'md',"
    " 'workspace', {c:document.content_sha256}, {model}, 1, 30, {c:document.added_by})",
    "insert into {s}.chunk (document_id, position, heading, body, token_count, lexemes) select"
    " document_id, 0, {l:chunk.heading}, {l:chunk.body}, 30,"
    " to_tsvector('pg_catalog.english', {l:chunk.lexemes}) from {s}.document",
    "insert into {s}.chunk_embedding (chunk_id, embedding) select id, {vector}::extensions.halfvec"
    " from {s}.chunk",
    "insert into {s}.chunk_sign (chunk_id, document_number, signs) select e.chunk_id, d.id,"
    " extensions.binary_quantize(e.embedding)::bit(384) from {s}.chunk_embedding e, {s}.document d",
    "insert into {s}.lexeme (lexeme, chunk_count) select unnest(tsvector_to_array(lexemes)), 1"
    " from {s}.chunk union select {c:lexeme.lexeme}, 1",
    "insert into {s}.retention (data_class, changed_by) values ('people', {c:retention.changed_by})",
]
SEARCH = """
select format(
  'select %L as place, count(*) as rows from %I.%I t where t::text ilike ''%%'' || $1 || ''%%''',
  n.nspname || '.' || c.relname, n.nspname, c.relname) as statement, n.nspname as schema
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and (n.nspname in ('control', 'public') or starts_with(n.nspname, 'tenant_'))
order by 2, 1
"""


class _Slots(dict[str, str]):
    """Fills a row's marks: `c:` a canary, `j:` one in a JSON object, `l:` one beside the lure."""

    def __init__(self, net: Net, fixed: dict[str, str]) -> None:
        super().__init__(fixed)
        self._net = net

    def fill(self, statement: str) -> str:
        pieces = statement.split("{")
        filled = [pieces[0]]
        for piece in pieces[1:]:
            slot, _, rest = piece.partition("}")
            filled += [self._value(slot), rest]
        return "".join(filled)

    def _value(self, slot: str) -> str:
        if slot in self:
            return self[slot]
        kind, _, column = slot.partition(":")
        canary = self._net.canary(column)
        if kind == "j":
            return f"'{json.dumps({'text': canary})}'"
        return f"'{LURE} {canary}'" if kind == "l" else f"'{canary}'"


async def plant(admin: asyncpg.Connection, provisioner: Provisioner, net: Net) -> TenantId:
    """Make the bystander. Raises AssertionError when a free-text column has no canary in it."""
    tenant = await provisioner.tenant_for(TEAM)
    schema = schema_of(tenant)
    sealer = Sealer(await _data_key(admin, provisioner, tenant))
    token = net.canary("token, opened").encode()
    sealed = sealer.seal(b"xoxb-" + token, tenant, "workspace", "slack")
    slots = _Slots(
        net,
        {
            "s": schema,
            "tenant": f"'{tenant}'",
            "sealed": rf"'\x{sealed.hex()}'",
            "key": f"'{sealer.key_id}'",
            "model": "''",
            "vector": "'[1" + ",0" * 383 + "]'",
        },
    )
    for row in ROWS:
        await admin.execute(slots.fill(row))
    for column in data_map.columns():
        if not column.shared and column.data_class == "free text":
            found = await admin.fetchval(
                f"select count(*) from {schema}.{column.table}"
                f" where {column.name}::text like '%' || $1 || '%'",
                net.mark,
            )
            assert found, f"the bystander needs a canary in {column.full_name}: tests/canary"
    return tenant


async def search_everybody_else(admin: asyncpg.Connection, tenant: TenantId, net: Net) -> list[str]:
    """Tables of other tenants, of the switchboard and of `public` that hold a canary."""
    statements: dict[str, list[str]] = {}
    for row in await admin.fetch(SEARCH):
        if row["schema"] != schema_of(tenant):
            statements.setdefault(row["schema"], []).append(row["statement"])
    found = []
    for group in statements.values():
        rows = await admin.fetch(" union all ".join(group), net.mark)
        found += [f"{row['rows']} rows of {row['place']}" for row in rows if row["rows"]]
    return found


async def _data_key(admin: asyncpg.Connection, provisioner: Provisioner, tenant: TenantId) -> bytes:
    wrapped = await admin.fetchval(
        "select wrapped_key from control.tenant where tenant_id = $1", tenant
    )
    return TenantKeys.unwrap(provisioner.master, wrapped, tenant).data[0]
