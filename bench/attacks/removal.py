"""The self-test: the dispatcher's rule with one of its lines taken out.

A measurement that stays green without the rule it measures measures nothing.
"""

import ast
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from bench.processes import BenchError
from core.gateway.tools import dispatcher, model

# Each rule of `decide` by what stands in its statement and in no other.
RULES = {
    "tools-of-the-agent": "policy.has(tool)",
    "named-addresses": "tool.addresses_in",
    "words-of-the-person": "tool.quotes",
    "writes-ask": "policy.rule(tool) == 'ask'",
    "rule-of-two": "ground.read_untrusted",
    "named-recipients": "tool.recipients",
}


def decide_without(rule: str) -> Callable[..., Any]:
    """`decide` as it would be if somebody had removed *rule*. Raises BenchError when there is not
    exactly one statement of that rule."""
    tree = ast.parse(inspect.getsource(model.decide))
    [function] = tree.body
    assert isinstance(function, ast.FunctionDef)
    kept = [part for part in function.body if RULES[rule] not in ast.unparse(part)]
    if len(kept) != len(function.body) - 1:
        raise BenchError(f"decide has no one statement for {rule} any more; see {__name__}")
    function.body = kept
    names = dict(vars(model))
    exec(compile(ast.fix_missing_locations(tree), "decide", "exec"), names)
    made: Callable[..., Any] = names["decide"]
    return made


@contextmanager
def removed(rule: str | None) -> Iterator[None]:
    """The dispatcher decides without *rule* for as long as this is open."""
    if rule is None:
        yield
        return
    with patch.object(dispatcher, "decide", decide_without(rule)):
        yield
