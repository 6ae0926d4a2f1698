"""Events of a chat completion, as data."""

SEARCH = {"name": "search_knowledge", "arguments": ""}
WHOLE = {"name": "search_knowledge", "arguments": '{"query": "leave"}'}


def delta(reason=None, **fields):
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": reason}]}


def calls(*pieces, reason=None):
    return delta(reason, tool_calls=list(pieces))


def piece(index, arguments, **more):
    return {"index": index, "function": {"arguments": arguments}, **more}
