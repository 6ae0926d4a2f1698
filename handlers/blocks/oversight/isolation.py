"""`/aegis isolation`: what the last proof came to, and what that means."""

from core.isolation.model import Proof
from handlers.blocks.rendered import Rendered, context, moment, section

MEANING = (
    "Each workspace has a schema, a database role and an encryption key of its own. A proof makes "
    "throwaway workspaces with marked data in every table, tries to read, change or create across "
    "the border in every way it knows, and passes only if each attempt is denied or finds nothing."
)
NOT_YET = (
    "*Isolation: not proved yet*\nNo proof has been run here. Whoever runs AEGIS can type "
    "`aegis isolation prove`; it works on throwaway workspaces, reads nobody's data, and its "
    "result is shown here."
)
FAILED = (
    "*What to do:* whoever runs AEGIS types `aegis isolation prove` and reads the name of each "
    "attempt that was not stopped. Until a proof passes again, treat the walls between workspaces "
    "as open and ask for it today."
)
HOW_TO_REPEAT = "Run again by whoever runs AEGIS: `aegis isolation prove`."


def isolation_page(proof: Proof | None) -> Rendered:
    """The same for every member: counts, and nothing of any other workspace."""
    if proof is None:
        return Rendered(f"{NOT_YET}\n{MEANING}", [section(NOT_YET), context(MEANING)])
    head = _head(proof)
    what_next = HOW_TO_REPEAT if proof.passed else FAILED
    text = "\n".join([head, _counts(proof), MEANING, what_next])
    body = [section(f"{head}\n{_counts(proof)}"), section(MEANING)]
    return Rendered(text, [*body, context(what_next) if proof.passed else section(what_next)])


def _head(proof: Proof) -> str:
    result = "proved" if proof.passed else "the last proof FAILED"
    mark = ":white_check_mark:" if proof.passed else ":rotating_light:"
    return f"{mark} *Isolation: {result}* · {moment(proof.proved_at)}"


def _counts(proof: Proof) -> str:
    attempts = f"{proof.attempts:,} attempts to cross from one workspace into another"
    over = (
        f"over {proof.tables:,} tables and {proof.functions:,} functions, "
        f"among {proof.tenants:,} throwaway workspaces"
    )
    if proof.passed:
        return f"{attempts}, {over}: none came through."
    return f"{attempts}, {over}: *{proof.failures:,} failed the proof*."
