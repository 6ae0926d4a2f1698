"""One time limit for everything that is done at the end."""

import time

from bot.process import GRACE_SECONDS, RESERVED_SECONDS
from bot.worker import farewell
from bot.worker.farewell import Farewell


def test_without_a_signal_a_step_has_all_of_its_time():
    assert Farewell().left(20.0, 9.0) == 20.0


def test_a_step_leaves_what_the_next_ones_need(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    limit = Farewell()
    limit.begin()
    assert limit.left(GRACE_SECONDS, RESERVED_SECONDS) == farewell.STOP_SECONDS - RESERVED_SECONDS

    now[0] += 15
    limit.begin()  # the second signal is no new beginning
    assert limit.left(GRACE_SECONDS, RESERVED_SECONDS) == 3.0
    now[0] += 60
    assert limit.left(GRACE_SECONDS, RESERVED_SECONDS) == 0.0
