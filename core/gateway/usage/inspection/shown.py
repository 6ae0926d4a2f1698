"""A prompt as a person can read it: what a model sees, and how much room each part takes."""

import json
from collections.abc import Mapping
from typing import Any

from core.gateway.model import Step, ToolSpec
from core.gateway.prompt import Prompt


def as_shown(prompt: Prompt) -> str:
    """Everything that is sent, in the order in which it is sent."""
    parts = [f"# Instructions\n\n{prompt.system_text()}"]
    if prompt.tools:
        parts.append("# Tools\n\n" + "\n".join(map(_tool, prompt.tools)))
    if prompt.answer_schema is not None:
        parts.append(f"# Form of the answer\n\n{_json(prompt.answer_schema)}")
    parts.append(f"# Question and data\n\n{prompt.user_text()}")
    parts += [_step(number, step) for number, step in enumerate(prompt.steps, 1)]
    return storable("\n\n".join(parts))


def section_sizes(prompt: Prompt) -> dict[str, int]:
    """Characters of each section."""
    return {
        "instructions": len(prompt.instructions),
        "company": len(prompt.company),
        "memory": sum(map(len, prompt.memory)),
        "passages": sum(len(passage.text) for passage in prompt.passages),
        "summary": len(prompt.summary),
        "thread": sum(len(exchange.text) for exchange in prompt.thread),
        "question": len(prompt.question),
        "tools": sum(len(tool.description) + len(str(tool.parameters)) for tool in prompt.tools),
        "steps": sum(len(_step(0, step)) for step in prompt.steps),
        "said": len(prompt.said),
    }


def storable(text: str) -> str:
    """*text* as the database can hold it: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _tool(tool: ToolSpec) -> str:
    return f"- {tool.name}: {tool.description}\n  {_json(tool.parameters)}"


def _json(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, default=str)


def _step(number: int, step: Step) -> str:
    lines = [f"# Round {number}", step.text]
    lines += [f"called {call.name}: {call.arguments}" for call in step.calls]
    lines += [f"{result.name} returned: {result.text}" for result in step.results]
    return "\n\n".join(line for line in lines if line)
