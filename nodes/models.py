"""Which model answers for which role? Settings of endpoints, from code or from the environment."""

import difflib
import hashlib
import json
import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import Field, JsonValue, SecretStr, ValidationError, field_validator

from conversation.model import Value

EMBEDDED = "embedded"
"""The model name that stands for the embedded engine."""

ROLES = (
    "appraiser",
    "supporter",
    "sage_judge",
    "seeker",
    "annotator",
    "distiller",
    "failure_analyst",
    "skill_proposer",
    "summariser",
)
"""The roles that the embedded engine plays. Others may be added; each has a model of its own or the default one."""

OPTIONAL_ROLES = ("crisis_gate", "second_judge", "scenario_writer")
"""Roles that only a language model plays, beside rules; without one configured they are not asked."""

_BEFORE_EPISODES = ("scenario_writer",)
"""Roles whose work is over when an episode begins: the seeker is in its key, and who wrote them decides nothing."""

_FIELDS = {
    "MODEL": "model",
    "BASE_URL": "base_url",
    "API_KEY": "api_key",
    "TEMPERATURE": "temperature",
    "MAX_TOKENS": "max_tokens",
    "TIMEOUT": "timeout_s",
    "DEADLINE": "deadline_s",
    "EXTRA_BODY": "extra_body",
    "INPUT_PRICE": "input_price",
    "OUTPUT_PRICE": "output_price",
}
_VARIABLE = re.compile(rf"ESC_SKILLS_(?:(?P<role>[A-Z][A-Z0-9_]*?)_)?(?P<field>{'|'.join(_FIELDS)})")


class RoleSettings(Value):
    """How one role is answered."""

    model: str = Field(default=EMBEDDED, min_length=1, description="'embedded', or the endpoint's name of a model")
    base_url: str | None = Field(default=None, description="OpenAI-compatible endpoint, with its /v1; None: OpenAI's")
    api_key: SecretStr | None = Field(default=None, description="never printed, recorded or described")
    temperature: float | None = Field(default=None, ge=0, le=2, description="None: not sent; some models refuse it")
    max_tokens: int | None = Field(default=4096, ge=1, description="of one answer, thinking included; None: not sent")
    timeout_s: float = Field(default=60.0, gt=0, description="of one request, and between two pieces of a stream")
    deadline_s: float = Field(
        default=180.0, gt=0, description="of one question, retries and repair included; not while it waits for its turn"
    )
    retries: int = Field(default=4, ge=0, description="of one request, where another try can help; the only layer")
    backoff_s: float = Field(default=0.5, ge=0, description="wait before the first retry, doubled each time, up to 8 s")
    retry_after_s: float = Field(default=20.0, ge=0, description="the longest that an endpoint's Retry-After is obeyed")
    extra_body: dict[str, JsonValue] = Field(default_factory=dict, description="such as Qwen's enable_thinking")
    input_price: float | None = Field(default=None, ge=0, description="US dollars per million tokens")
    output_price: float | None = Field(default=None, ge=0, description="US dollars per million tokens")

    @field_validator("api_key")
    @classmethod
    def _not_a_mask(cls, key: SecretStr | None) -> SecretStr | None:
        """Settings that went through JSON have lost their key: a masked one would be sent as if it were real."""
        if key is not None and set(key.get_secret_value()) <= {"*"}:
            raise ValueError("this key is masked or empty; keys are not carried in JSON, name them in the environment")
        return key

    @property
    def embedded(self) -> bool:
        """Whether the embedded engine answers."""
        return self.model == EMBEDDED

    @property
    def endpoint(self) -> str:
        """Where questions go, without credentials or query: for records and messages."""
        if self.embedded:
            return "in process"
        parts = urlsplit(self.base_url or "https://api.openai.com/v1")
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}{parts.path.rstrip('/')}"

    def price(self, input_tokens: int, output_tokens: int) -> float | None:
        """US dollars for so many tokens; None where no price is configured."""
        if self.input_price is None and self.output_price is None:
            return None
        return (input_tokens * (self.input_price or 0.0) + output_tokens * (self.output_price or 0.0)) / 1e6

    def describe(self) -> str:
        """All that decides what is answered, in one line without secrets."""
        if self.embedded:
            return EMBEDDED
        temperature = "default" if self.temperature is None else f"{self.temperature:g}"
        extra = ""
        if self.extra_body:
            body = json.dumps(self.extra_body, sort_keys=True)
            extra = f", extra {hashlib.sha256(body.encode()).hexdigest()[:8]}"
        return f"{self.model} @ {self.endpoint}, temperature {temperature}{extra}"


class Models(Value):
    """The model of every role: its own settings where it has some, else the default."""

    default: RoleSettings = RoleSettings()
    roles: dict[str, RoleSettings] = Field(default_factory=dict)

    def of(self, role: str) -> RoleSettings:
        """The settings of a role."""
        return self.roles.get(role, self.default)

    @property
    def embedded(self) -> bool:
        """Whether the embedded engine answers for every role."""
        return self.default.embedded and all(role.embedded for role in self.roles.values())

    def configured(self, role: str) -> bool:
        """Whether a language model answers for this role: what optional roles ask before they ask anything else."""
        return not self.of(role).embedded

    def describe(self) -> dict[str, str]:
        """Role → 'model @ endpoint, temperature', for the key of an episode. Holds no secret."""
        names = dict.fromkeys((*ROLES, *self.roles))
        described = {role: self.of(role).describe() for role in names}
        described.update({role: self.of(role).describe() for role in OPTIONAL_ROLES if self.configured(role)})
        return {role: who for role, who in described.items() if role not in _BEFORE_EPISODES}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Models":
        """Settings from variables; empty ones count as absent.

        `OPENAI_BASE_URL` and `OPENAI_API_KEY` name the endpoint. `ESC_SKILLS_MODEL` is the model of all roles
        ('embedded' when absent), `ESC_SKILLS_<ROLE>_MODEL` that of one. `BASE_URL`, `API_KEY`, `TEMPERATURE`,
        `MAX_TOKENS`, `TIMEOUT`, `DEADLINE` (seconds), `EXTRA_BODY` (JSON), `INPUT_PRICE` and `OUTPUT_PRICE` (US
        dollars per million tokens) can be set in the same two ways.

        Raises:
            ValueError: a value that does not fit, or a role that looks like a misspelt one.
        """
        variables = os.environ if environment is None else environment
        common: dict[str, object] = {}
        for name, field in (("OPENAI_BASE_URL", "base_url"), ("OPENAI_API_KEY", "api_key")):
            if variables.get(name):
                common[field] = variables[name]
        own: dict[str, dict[str, object]] = {}
        sources: dict[tuple[str, str], str] = {}
        for name, text in sorted(variables.items()):
            match = _VARIABLE.fullmatch(name)
            if match is None or not text.strip():
                continue
            role, field = (match["role"] or "").lower(), _FIELDS[match["field"]]
            _refuse_misspelt(name, role)
            sources[role, field] = name
            target = own.setdefault(role, {}) if role else common
            target[field] = _parse_body(name, text) if field == "extra_body" else text.strip()
        default = _settings(common, "", sources)
        return cls(default=default, roles={r: _settings({**common, **more}, r, sources) for r, more in own.items()})


def _settings(values: dict[str, object], role: str, sources: Mapping[tuple[str, str], str]) -> RoleSettings:
    try:
        return RoleSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = str(first["loc"][0])
        name = sources.get((role, field)) or sources.get(("", field)) or field
        raise ValueError(f"{name}: {first['msg'].lower()}; correct the variable or unset it") from None


def _refuse_misspelt(name: str, role: str) -> None:
    """A new role may come from outside, so only names that nearly are a known role are refused."""
    known = (*ROLES, *OPTIONAL_ROLES)
    if role and role not in known:
        near = difflib.get_close_matches(role, known, n=1, cutoff=0.8)
        if near:
            raise ValueError(f"{name}: there is no role '{role}'; did you mean '{near[0]}'?")


def _parse_body(name: str, text: str) -> dict[str, object]:
    try:
        body = json.loads(text)
    except json.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise ValueError(f'{name}: expected a JSON object, such as {{"enable_thinking": false}}')
    return body
