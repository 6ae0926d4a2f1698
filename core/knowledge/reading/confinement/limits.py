"""What the reading process may use, set by itself before it looks at a single foreign byte."""

import resource
import time

MEMORY_BYTES = 512 * 1024 * 1024
# For each hundred pages begun; what has no pages is read in less than that, or is hostile.
CPU_SECONDS = 10
CPU_SECONDS_WITHOUT_PAGES = 8
LONGEST_CPU_SECONDS = 60
PAGES_AT_A_TIME = 100


def limit_resources() -> None:
    """No more memory and time than a document needs; no file written, no process, no new file open.

    Lowered hard limits cannot be raised again. Once no file may be opened, no socket can be made
    either, on every system: both need a number that none is left of.
    """
    allow_cpu(CPU_SECONDS_WITHOUT_PAGES)
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def cpu_for(pages: int) -> int:
    """The seconds that a file with pages has."""
    return CPU_SECONDS * (1 + max(0, pages - 1) // PAGES_AT_A_TIME)


def allow_cpu(seconds: int) -> None:
    """The process is killed when it has used *seconds* more; whole seconds are all there is."""
    until = min(int(time.process_time()) + 1 + seconds, LONGEST_CPU_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (until, LONGEST_CPU_SECONDS))
