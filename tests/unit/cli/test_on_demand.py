"""A command imports what it needs, and not the whole product."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["bot.cli.main", "bot.cli.oversight.tenants"])
def test_who_only_looks_does_not_wait_for_models_and_bolt(module):
    heavy = "{'onnxruntime', 'numpy', 'slack_bolt', 'bot.wiring'}"
    program = f"import sys, {module}; print(*({heavy} & set(sys.modules)))"

    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert printed.stdout.split() == []
