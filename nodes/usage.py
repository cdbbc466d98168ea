"""What have models cost, and what may they? Usage by role, and a budget."""

from pydantic import Field

from conversation.model import Value
from nodes.models import EMBEDDED


class RoleUsage(Value):
    """What one role has cost. A call that could not be parsed counts like any other."""

    model: str = ""
    questions: int = Field(default=0, description="questions asked of this role")
    calls: int = Field(default=0, description="completions requested: questions, retries and repair turns")
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = Field(default=0.0, description="time within calls; calls at the same time add up")
    repairs: int = Field(default=0, description="repair turns asked")
    failures: dict[str, int] = Field(default_factory=dict, description="typed error → questions that ended with it")
    money: float | None = Field(default=None, description="US dollars; None where no price is configured")

    def plus(self, other: "RoleUsage", sign: int = 1) -> "RoleUsage":
        """Both together; with `sign` −1, this one without the other."""
        names = {*self.failures, *other.failures}
        failures = {name: self.failures.get(name, 0) + sign * other.failures.get(name, 0) for name in sorted(names)}
        priced = [part for part in (self.money, other.money) if part is not None]
        return RoleUsage(
            model=self.model or other.model,
            questions=self.questions + sign * other.questions,
            calls=self.calls + sign * other.calls,
            input_tokens=self.input_tokens + sign * other.input_tokens,
            output_tokens=self.output_tokens + sign * other.output_tokens,
            seconds=self.seconds + sign * other.seconds,
            repairs=self.repairs + sign * other.repairs,
            failures={name: count for name, count in failures.items() if count},
            money=(self.money or 0.0) + sign * (other.money or 0.0) if priced else None,
        )


class Usage(Value):
    """What all roles have cost."""

    roles: dict[str, RoleUsage] = Field(default_factory=dict)

    def since(self, before: "Usage") -> "Usage":
        """What was spent after an earlier look at the same account."""
        none = RoleUsage()
        spent = {role: usage.plus(before.roles.get(role, none), -1) for role, usage in self.roles.items()}
        return Usage(roles={role: usage for role, usage in spent.items() if usage.questions or usage.calls})

    @property
    def of_models(self) -> "Usage":
        """Without what the embedded engine answered, which costs nothing."""
        return Usage(roles={role: usage for role, usage in self.roles.items() if usage.model != EMBEDDED})

    @property
    def calls(self) -> int:
        """Completions requested by all roles."""
        return sum(role.calls for role in self.roles.values())

    @property
    def tokens(self) -> int:
        """Input and output tokens of all roles."""
        return sum(role.input_tokens + role.output_tokens for role in self.roles.values())

    @property
    def seconds(self) -> float:
        """Time within calls; calls at the same time add up."""
        return sum(role.seconds for role in self.roles.values())

    @property
    def failures(self) -> int:
        """Questions that ended with a typed error."""
        return sum(sum(role.failures.values()) for role in self.roles.values())

    @property
    def money(self) -> float | None:
        """US dollars, of the roles that have a price; None when none has."""
        prices = [role.money for role in self.roles.values() if role.money is not None]
        return sum(prices) if prices else None


class Budget(Value):
    """Hard limits; None means no limit. A call that could pass one is not made."""

    calls: int | None = Field(default=None, ge=0)
    tokens: int | None = Field(default=None, ge=0)
    money: float | None = Field(default=None, ge=0, description="US dollars; counts roles with a configured price")
    seconds: float | None = Field(default=None, ge=0, description="of wall time since the chat was opened")
