"""Shut this process in, for good: what it has open is all it will ever have.

Each wall stands without the others, because no system has all of them (docs/files.md).
"""

import ctypes
import os
import signal
from contextlib import suppress

from core.knowledge.reading.confinement.limits import limit_resources
from core.knowledge.reading.confinement.seccomp import allow_reading_alone

_NOBODY = 65_534
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4


def confine(service: int) -> bool:
    """Give up rights, resources and calls; returns whether the kernel's filter holds too.

    *service*: the process that started this one, without which it ends. Everything that is going
    to be imported must be: no file can be opened afterwards.
    """
    _stop_being_root()
    _end_with(service)
    limit_resources()
    return allow_reading_alone()


def _stop_being_root() -> None:
    if os.geteuid() != 0:
        return
    with suppress(OSError):  # a container may have no such user
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def _end_with(service: int) -> None:
    """Killed when the service is, however that ends; nobody may look into the memory meanwhile."""
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if os.getppid() != service:  # gone before that was asked for
        os._exit(1)
