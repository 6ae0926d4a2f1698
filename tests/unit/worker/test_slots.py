"""A tenant never holds more than half of a worker's slots, whatever it asks for."""

import random
from collections import Counter

import pytest

from bot.worker.slots import next_claim


@pytest.mark.parametrize("at_once", [2, 4, 7, 8, 10, 64, 100])
def test_no_tenant_gets_more_than_half(at_once):
    chance = random.Random(at_once)
    running = []
    for _ in range(2000):
        limit, full = next_claim(at_once, running)
        assert limit + len(running) <= at_once
        # The worst that can happen: all of the claim is one tenant's.
        greedy = next((tenant for tenant in "abc" if tenant not in full), None)
        running += [greedy] * limit if greedy else []
        assert max(Counter(running).values(), default=0) <= at_once // 2
        running = [tenant for tenant in running if chance.random() < 0.9]


def test_a_lone_tenant_fills_its_half_and_leaves_the_other():
    running = []
    while "a" not in next_claim(64, running)[1]:
        running += ["a"] * next_claim(64, running)[0]

    assert len(running) == 32
    assert next_claim(64, running) == (8, ["a"])


def test_nothing_is_claimed_when_all_slots_are_taken():
    assert next_claim(4, ["a", "a", "b", "b"])[0] == 0


def test_a_worker_with_one_slot_works():
    assert next_claim(1, []) == (1, [])
