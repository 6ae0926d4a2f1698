"""`python -m tests.rendering --answers 10000`: prints what was wrong; fails if anything was."""

import argparse
import asyncio
import sys
import time

from tests.rendering.playing import SANDBOX_HOLDS, play


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.rendering", description=__doc__)
    parser.add_argument("--answers", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first answer")
    given = parser.parse_args()
    began = time.monotonic()
    seeds = range(given.first, given.first + given.answers)
    wrong = 0
    for batch in (seeds[at : at + SANDBOX_HOLDS] for at in range(0, len(seeds), SANDBOX_HOLDS)):
        for seed, problem in asyncio.run(play(batch)).items():
            wrong += 1
            _say(f"answer {seed}: {problem[:600]}")
        _say(f"{batch.stop - given.first} answers, {wrong} wrong, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
