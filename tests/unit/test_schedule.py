"""The clock of every process: a job that fails is said to, and the clock goes on."""

import logging
from datetime import timedelta

from bot.logs import set_up_logs
from bot.schedule import Job, _run
from core.audit.chain.checkpoint_file import LOGGER


async def test_a_job_that_fails_is_in_the_log_and_takes_nothing_with_it(caplog):
    async def fail() -> None:
        raise OSError("no space left on device")

    await _run(Job("sign_checkpoints", timedelta(minutes=1), fail))

    (logged,) = caplog.records
    assert (logged.levelname, logged.job) == ("ERROR", "sign_checkpoints")
    assert "no space left" in caplog.text


def test_where_the_log_is_their_place_checkpoints_are_in_it_at_every_level():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        for wanted in ("DEBUG", "WARNING", "ERROR"):
            set_up_logs(wanted)
            assert logging.getLogger(LOGGER).isEnabledFor(logging.INFO), wanted
        set_up_logs("ERROR", checkpoints=False)
        assert not logging.getLogger(LOGGER).isEnabledFor(logging.INFO)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.getLogger(LOGGER).setLevel(logging.NOTSET)
        for ours in ("bot", "core", "handlers", "web_oauth"):
            logging.getLogger(ours).setLevel(logging.NOTSET)
