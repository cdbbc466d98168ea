"""How is an endpoint asked for JSON? By a ladder: json_schema → json_object → prompt only.

It is lowered on the endpoint's refusal (HTTP 400) and stays lowered once a lower rung was taken, so that a refusal
costs one request and not one for each question.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage, SystemMessage
from pydantic import JsonValue

SCHEMA_NOTE = (
    "\n\n## Form\n\nAnswer with one JSON object and nothing else: no text around it, no fence. "
    "It must follow this JSON schema:\n\n"
)
JSON_SCHEMA, JSON_OBJECT, PROMPT_ONLY = range(3)


@dataclass(frozen=True)
class Form:
    """What an endpoint is asked for: how far down the ladder, and without which options."""

    rung: int = JSON_SCHEMA
    without: frozenset[str] = frozenset()

    def lowered(self, refusal: str, *, plain: bool, streaming: bool) -> "Form | None":
        """The next thing to try after a refusal; None when nothing is left to leave out.

        An option that the refusal names is left out first; else the ladder is lowered, where JSON is asked for.
        """
        options = ["seed", "stream_options"] if streaming else ["seed"]
        left = [option for option in options if option not in self.without]
        for option in left:
            if option in refusal:
                return Form(self.rung, self.without | {option})
        if not plain and self.rung < PROMPT_ONLY:
            return Form(self.rung + 1, self.without)
        return Form(self.rung, self.without | {left[0]}) if left else None

    def joined(self, other: "Form") -> "Form":
        """The lower of both: calls that were under way may know less than others have learned since."""
        return Form(max(self.rung, other.rung), self.without | other.without)

    def messages(self, messages: Sequence[BaseMessage], schema: dict[str, Any] | None) -> list[BaseMessage]:
        """The messages, with the schema in the prompt where the endpoint is not told it otherwise."""
        system, *others = messages
        if schema is None or self.rung == JSON_SCHEMA:
            return [system, *others]
        return [SystemMessage(f"{system.text}{SCHEMA_NOTE}{json.dumps(schema)}"), *others]

    def options(
        self, *, role: str, schema: dict[str, Any] | None, seed: int, extra_body: Mapping[str, JsonValue]
    ) -> dict[str, Any]:
        """The options of a call of langchain-openai."""
        body: dict[str, Any] = dict(extra_body)
        # Through extra_body, since response_format as an option sends langchain-openai down its own parsing path.
        if schema is not None and self.rung == JSON_SCHEMA:
            named = {"name": role, "schema": schema, "strict": False}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif schema is not None and self.rung == JSON_OBJECT:
            body["response_format"] = {"type": "json_object"}
        options: dict[str, Any] = {"extra_body": body} if body else {}
        if "seed" not in self.without:
            options["seed"] = seed
        return options
