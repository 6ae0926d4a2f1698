"""What the reading process may use, set by itself before it looks at a single foreign byte."""

import ctypes
import resource

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 30
OPEN_FILES = 32
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38


def restrict_this_process() -> None:
    """No more memory, time, files or processes than a document needs, and no new rights.

    Lowered hard limits cannot be raised again. RLIMIT_NPROC does not bind root: there the other
    limits and the process's own session must do.
    """
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(kind, (most, most))
    _forbid_new_rights()


def _forbid_new_rights() -> None:
    try:
        prctl = ctypes.CDLL(None).prctl
    except AttributeError:  # not Linux
        return
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
