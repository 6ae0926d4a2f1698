"""What a model wrote as arguments, read strictly: JSON, of the tool's own schema, and not too much."""

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from referencing import Registry

from core.kernel.errors import Invalid

MOST_CHARACTERS = 32_000
DEEPEST = 20
_LONGEST_REASON = 300


def read_arguments(text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Raises Invalid, in words a model can repair its call by."""
    if len(text) > MOST_CHARACTERS:
        raise Invalid(f"The arguments are longer than {MOST_CHARACTERS} characters.")
    try:
        arguments = json.loads(
            text or "{}",
            object_pairs_hook=_without_duplicates,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
        text.encode()
    except UnicodeEncodeError:
        raise Invalid("The arguments hold half a character.") from None
    except (ValueError, RecursionError):
        raise Invalid("The arguments are not JSON.") from None
    if not isinstance(arguments, dict):
        raise Invalid("The arguments are not a JSON object.")
    _check_texts(arguments)
    _check_schema(arguments, schema)
    return arguments


def canonical(arguments: Mapping[str, Any]) -> str:
    """The one way to write these arguments: what a yes is bound to."""
    return json.dumps(arguments, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _check_texts(value: Any, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise Invalid("The arguments are nested too deep.")
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= c <= "\udfff" for c in value)):
        raise Invalid("A text in the arguments holds a character that is none.")
    if isinstance(value, dict):
        for key, inner in value.items():
            _check_texts(key, depth + 1)
            _check_texts(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner, depth + 1)


def _check_schema(arguments: dict[str, Any], schema: Mapping[str, Any]) -> None:
    # An empty registry: a schema that points elsewhere is never fetched.
    validator = Draft202012Validator(dict(schema), registry=Registry())
    try:
        error = best_match(validator.iter_errors(arguments))
    except SchemaError:
        raise Invalid("This tool cannot be called: its own description is wrong.") from None
    except Exception as broken:
        raise Invalid("This tool cannot be called: its own description is wrong.") from broken
    if error is not None:
        raise Invalid(_reason(error))


def _reason(error: ValidationError) -> str:
    place = "/".join(str(part) for part in error.absolute_path)
    words = f"{place}: {error.message}" if place else error.message
    return f"The arguments do not fit: {words[:_LONGEST_REASON]}"


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number too large")
    return number
