"""What is a run given? The context of every graph; the longer runs add their own settings to it."""

from typing import Literal

from pydantic import Field

from nodes.context import Context

__all__ = ["Context", "DiscoveryContext", "EvolutionContext", "VerificationContext"]


class DiscoveryContext(Context):
    """What a discovery is given. The bank is made where there is none; 'starter' and 'none' keep it in memory."""

    held_out: float = Field(
        default=0.0, ge=0, lt=1, description="share of situations set aside before anything is read"
    )
    licence_policy: Literal["any", "commercial"] = Field(
        default="any", description="'commercial' refuses dialogues whose licence forbids commercial use"
    )


class VerificationContext(Context):
    """What one verification is given."""

    rule: str = Field(default="evidence", description="'evidence' (controls the run's error) or 'greedy' (to compare)")
    alpha: float = Field(default=0.05, gt=0, lt=1, description="chance of any false acceptance in the whole run")
    tests: int = Field(default=10, ge=1, description="K: verifications that the run may make, fixed beforehand")
    pairs: int = Field(default=200, ge=1, description="most pairs of seekers concerned")
    others: int = Field(default=200, ge=1, description="most pairs of other seekers")
    batch: int = Field(default=8, ge=1, description="pairs simulated between two looks; the order of pairs is fixed")
    workers: int = Field(default=0, ge=0, description="local processes for simulation; 0: this one")
    run: str = Field(default="", description="id of the run that pays for the episodes")
    episodes: int | None = Field(default=None, ge=0, description="budget: episodes that the run may simulate")


class EvolutionContext(VerificationContext):
    """What an evolution run is given."""

    rounds: int = Field(default=3, ge=1)
    proposals: int = Field(default=2, ge=1, description="changes proposed a round, at most")
    profiles: tuple[str, ...] = Field(default=(), description="ids of train profiles; empty: all of them")
    seeds: int = Field(default=2, ge=1, description="conversations with each profile a round")
    screen: int = Field(default=6, ge=0, description="pairs on failing train profiles; a screen only rejects")
    audit_every: int = Field(default=3, ge=1, description="acceptances between two audits")
    audit: int = Field(default=24, ge=1, description="seekers of an audit")
    report: int = Field(default=48, ge=0, description="sealed fresh seekers on whom the final figures are measured")
    review: bool = Field(default=False, description="ask a person before each commit (needs a checkpointer)")
