"""What will a run ask of language models? Calls and tokens by role, as ranges, before anything is spent."""

from collections.abc import Iterable, Sequence

from pydantic import Field, computed_field

from conversation.model import Value
from nodes.models import Models

Counts = tuple[int, int]
"""The least and the most that is to be expected."""

BYTES_PER_TOKEN = (4, 3)
"""English has about four bytes a token, Chinese about three: the first gives the least, the second the most."""


def tokens(text: str) -> Counts:
    """Tokens of a text, at least and at most."""
    size = len(text.encode("utf-8", "replace"))
    return size // BYTES_PER_TOKEN[0], size // BYTES_PER_TOKEN[1] + 1


class RoleEstimate(Value):
    """What one role will be asked. Retries and repair turns come on top."""

    model: str = ""
    calls: Counts = (0, 0)
    input_tokens: Counts = (0, 0)
    output_tokens: Counts = (0, 0)
    money: tuple[float, float] | None = Field(default=None, description="US dollars; None where no price is configured")


class Estimate(Value):
    """What all roles that language models play will be asked. The embedded engine costs nothing and is left out."""

    roles: dict[str, RoleEstimate] = Field(default_factory=dict)
    episodes: Counts | None = Field(default=None, description="conversations to simulate; None where there are none")
    how: tuple[str, ...] = Field(default=(), description="how it was found, in words")

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated property
    @property
    def calls(self) -> Counts:
        """Of all roles."""
        return summed(role.calls for role in self.roles.values())

    @computed_field  # type: ignore[prop-decorator]
    @property
    def input_tokens(self) -> Counts:
        """Of all roles."""
        return summed(role.input_tokens for role in self.roles.values())

    @computed_field  # type: ignore[prop-decorator]
    @property
    def output_tokens(self) -> Counts:
        """Of all roles."""
        return summed(role.output_tokens for role in self.roles.values())

    @computed_field  # type: ignore[prop-decorator]
    @property
    def money(self) -> tuple[float, float] | None:
        """US dollars; None where a role that is asked has no price."""
        prices = [role.money for role in self.roles.values()]
        known = [price for price in prices if price is not None]
        if len(known) < len(prices):
            return None
        return sum(low for low, _ in known), sum(high for _, high in known)

    @property
    def tokens(self) -> Counts:
        """Input and output together."""
        return summed((self.input_tokens, self.output_tokens))


def together(estimates: Sequence[Estimate]) -> Estimate:
    """What several runs with the same models will ask in all."""
    roles: dict[str, RoleEstimate] = {}
    for estimate in estimates:
        for role, each in estimate.roles.items():
            roles[role] = _plus(roles[role], each) if role in roles else each
    episodes = [estimate.episodes for estimate in estimates if estimate.episodes is not None]
    how = dict.fromkeys(line for estimate in estimates for line in estimate.how)
    return Estimate(roles=roles, episodes=summed(episodes) if episodes else None, how=tuple(how))


def _plus(one: RoleEstimate, other: RoleEstimate) -> RoleEstimate:
    return RoleEstimate(
        model=one.model,
        calls=summed((one.calls, other.calls)),
        input_tokens=summed((one.input_tokens, other.input_tokens)),
        output_tokens=summed((one.output_tokens, other.output_tokens)),
        money=(one.money[0] + other.money[0], one.money[1] + other.money[1]) if one.money and other.money else None,
    )


def summed(counts: Iterable[Counts]) -> Counts:
    """Ranges added up."""
    both = list(counts)
    return sum(low for low, _ in both), sum(high for _, high in both)


def priced(models: Models, role: str, calls: Counts, asked: Counts, answered: Counts) -> RoleEstimate:
    """One role's estimate with what it costs."""
    settings = models.of(role)
    low, high = (settings.price(asked[end], answered[end]) for end in (0, 1))
    return RoleEstimate(
        model=settings.model,
        calls=calls,
        input_tokens=asked,
        output_tokens=answered,
        money=None if low is None or high is None else (round(low, 4), round(high, 4)),
    )
