"""Who may say yes when several rules hold at once, and how a rule is kept."""

import pytest

from core.gateway.approvals.model import WHOEVER_ASKED, ApprovalRule, rule_in

ADMIN, TWO = ApprovalRule("admin"), ApprovalRule("two")
GROUP, OTHERS = ApprovalRule("group", ("U1", "U2")), ApprovalRule("group", ("U2", "U3"))


def who(rule, *, admins=("U2",)):
    people = ("U1", "U2", "U3")
    return [one for one in people if rule.may_approve(one, requester="U1", is_admin=one in admins)]


@pytest.mark.parametrize(
    ("rule", "people", "needed"),
    [
        (WHOEVER_ASKED.joined(ADMIN), ["U2"], 1),
        (ADMIN.joined(WHOEVER_ASKED), ["U2"], 1),
        (WHOEVER_ASKED.joined(WHOEVER_ASKED), ["U1"], 1),
        (TWO.joined(ADMIN), ["U2"], 2),
        (GROUP.joined(OTHERS), ["U2"], 1),
        (GROUP.joined(TWO), ["U1", "U2"], 2),
        (ApprovalRule("group"), [], 1),
        (GROUP.joined(OTHERS).joined(ApprovalRule("group", ("U3",))), [], 1),
    ],
)
def test_of_two_rules_both_hold(rule, people, needed):
    assert (who(rule), rule.needed) == (people, needed)


def test_the_same_rule_twice_is_that_rule():
    assert TWO.joined(TWO) == TWO
    assert GROUP.joined(GROUP).joined(GROUP) == GROUP


def test_whose_yes_counts_counts_once():
    by, both = ["U1", "U2", "U1"], TWO.joined(ADMIN)

    assert TWO.counted(by, requester="U9", admins=()) == ("U1", "U2")
    assert both.counted(by, requester="U9", admins=("U2",)) == ("U2",)


@pytest.mark.parametrize("rule", [WHOEVER_ASKED, GROUP, TWO.joined(ADMIN).joined(OTHERS)])
def test_a_rule_is_kept_and_read_again(rule):
    assert rule_in(rule.to_detail()) == rule


@pytest.mark.parametrize(
    "kept", [{"approvers": "everybody"}, {"persons": "U1"}, {"also": {"approvers": "two"}}]
)
def test_what_is_no_rule_is_not_read(kept):
    with pytest.raises((TypeError, ValueError)):
        rule_in(kept)
