"""A conversation whose every role is asked over HTTP is the one that the engine plays in process."""

from conversation.profiles import authored
from graphs.context import Context
from graphs.simulation import InProcess, Job
from nodes.embedded.server import EmbeddedServer
from nodes.models import ROLES, Models, RoleSettings


def test_an_episode_over_an_endpoint_without_faults_equals_the_one_in_process() -> None:
    profiles = authored()[:3]
    here = InProcess().play([Job(profile=p, seed=n, context=Context(turn_limit=4)) for n, p in enumerate(profiles)])
    with EmbeddedServer() as server:
        models = Models(roles={role: RoleSettings(model=role, base_url=server.url) for role in ROLES})
        context = Context(models=models, turn_limit=4)
        there = InProcess().play([Job(profile=p, seed=n, context=context) for n, p in enumerate(profiles)])
        assert server.requests > 3 * 4 * 3, "the roles were really asked over HTTP"
    for ours, theirs in zip(here, there, strict=True):
        assert theirs.error == ""
        assert theirs.key.models != ours.key.models
        assert theirs.model_dump(exclude={"key": {"models"}}) == ours.model_dump(exclude={"key": {"models"}})
