"""A yes or a no to one call of a tool: by who may, in time, once, and for these very arguments."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from core.audit import record as audit
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.gateway.approvals.model import ApprovalRule, rule_in
from core.gateway.tools import store
from core.gateway.tools.dispatcher import bound
from core.gateway.tools.steps import ToolStep
from core.kernel.errors import Conflict, DomainError, NotFound, Refused

APPROVE, DECLINE = "gateway:tool:approve", "gateway:tool:decline"

TAKEN_AWAY = "An admin has taken this tool from the agent since. Nothing was done."
_OVER = {
    "approved": "This has its yes already.",
    "running": "This has its yes already.",
    "done": "This was done already.",
    "failed": "This is over already.",
    "declined": "Somebody said no to this already.",
    "expired": "The time for a yes is over. Ask again if it is still wanted.",
}

# Whose yes the call needs by what is set at this moment; None when its agent may not do it at all.
RuleNow = Callable[[Tx, ToolStep], Awaitable[ApprovalRule | None]]


@dataclass(frozen=True, slots=True)
class Press:
    """Who says what to which call. *digest* is of what was shown; *reference* names the click, so
    that the same one again is no second click."""

    step_id: str
    digest: str
    person_id: str
    is_admin: bool
    approves: bool
    reference: str


async def rule_as_asked(tx: Tx, step: ToolStep) -> ApprovalRule:
    """The rule that stands in the call's row: that of when people were asked, or a stricter one."""
    return rule_in(step.detail)


async def settle_step(context: TenantContext, press: Press, *, rule_now: RuleNow) -> ToolStep:
    """The step as it is now: approved, declined, or still waiting for a second person.

    The call is held to the rule it was asked under and to that of *rule_now*. The same person's
    second yes changes nothing. Raises NotFound, Refused when it is not this person's to say,
    Conflict when it is too late, was settled, or its arguments are not those that were shown.
    """
    try:
        async with context.db.transaction() as tx:
            step = await store.lock_step(tx, press.step_id)
            if step is None:
                raise NotFound("There is nothing here that waits for a yes.")
            rule, now = rule_in(step.detail), await rule_now(tx, step)
            rule = rule.joined(now) if now else rule
            if await _is_repeated(tx, step, press, rule):
                return step
            _check(context, step, press, rule)
            if press.approves and now is None:
                raise Refused(TAKEN_AWAY)
            return await _settle(tx, step, press, rule)
    except DomainError as error:
        await _note_refusal(context, press, error)
        raise


def counted(step: ToolStep, rule: ApprovalRule) -> tuple[str, ...]:
    """Whose yes to the call counts under *rule*, once each."""
    admins = tuple(map(str, step.detail.get("by_admins", ())))
    return rule.counted(step.detail.get("by", ()), requester=step.person_id, admins=admins)


def _check(context: TenantContext, step: ToolStep, press: Press, rule: ApprovalRule) -> None:
    if step.state != "waiting":
        raise Conflict(_OVER.get(step.state, "This does not wait for a yes."))
    if step.is_late:
        raise Conflict(_OVER["expired"])
    shown, now = press.digest, context.fingerprint(bound(step))
    if not (hmac.compare_digest(step.digest, shown) and hmac.compare_digest(now, shown)):
        raise Conflict("This is not what was shown to you, so it counts for nothing. Ask again.")
    takes_back = not press.approves and press.person_id == step.person_id
    if not takes_back and not rule.may_approve(
        press.person_id, requester=step.person_id, is_admin=press.is_admin
    ):
        raise Refused("This is not yours to decide. Nothing was done.")


async def _settle(tx: Tx, step: ToolStep, press: Press, rule: ApprovalRule) -> ToolStep:
    if press.approves:
        detail = rule.to_detail() | _with_yes(step, press)
        enough = len(counted(step.moved("waiting", **detail), rule)) >= rule.needed
        state = "approved" if enough else "waiting"
    else:
        state, detail = "declined", {"declined_by": press.person_id}
    await store.settle_step(tx, step.step_id, state, detail)
    await audit.record(
        tx,
        APPROVE if press.approves else DECLINE,
        press.person_id,
        outcome="done",
        reference=step.step_id,
        arguments=step.digest,
        tool=step.name,
        agent=step.agent,
        state=state,
    )
    return step.moved(state, **detail)  # type: ignore[arg-type]


def _with_yes(step: ToolStep, press: Press) -> dict[str, list[str]]:
    """Who has said yes by now, who of them as an admin, and with which clicks."""
    admins = [press.person_id] if press.is_admin else []
    added = {"by": [press.person_id], "by_admins": admins, "clicks": [press.reference]}
    return {
        name: list(dict.fromkeys([*step.detail.get(name, ()), *more]))
        for name, more in added.items()
    }


async def _is_repeated(tx: Tx, step: ToolStep, press: Press, rule: ApprovalRule) -> bool:
    """Whether this person has said just that already: whoever was to take the turn up after it may
    have died before. Their second yes is in the log; a click that is only worked on again is none."""
    if not press.approves:
        return step.state == "declined" and step.detail.get("declined_by") == press.person_id
    if step.state not in ("waiting", "approved"):
        return False
    if press.reference in step.detail.get("clicks", ()):
        return True
    if press.person_id not in counted(step, rule):
        return False
    await audit.record(
        tx,
        APPROVE,
        press.person_id,
        outcome="refused",
        reference=step.step_id,
        reason="repeated",
    )
    return True


async def _note_refusal(context: TenantContext, press: Press, error: DomainError) -> None:
    async with context.db.transaction() as tx:
        await audit.record(
            tx,
            APPROVE if press.approves else DECLINE,
            press.person_id,
            outcome="refused",
            reference=press.step_id,
            reason=type(error).__name__,
        )
