"""What have models cost, and what may they? Usage by role, and a budget."""

from pydantic import Field

from conversation.model import Value


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


class Usage(Value):
    """What all roles have cost."""

    roles: dict[str, RoleUsage] = Field(default_factory=dict)

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
