"""How is a model asked? The one seam to chat models: ask, parse, repair once, then a valid answer or a typed error.

CONTRACT (to be filled by its owner):

    class ChatError(RuntimeError)          base; .role, .attempts, .usage
        Unavailable, Truncated, Refused, Malformed, OverBudget, UnknownLanguage

    class RoleSettings(BaseModel)          model ("embedded" by default), base_url, api_key (SecretStr), temperature,
                                           max_tokens, timeout_s, extra_body
    class Models(BaseModel, frozen)        default: RoleSettings; roles: dict[str, RoleSettings]
        @classmethod from_environment()    OPENAI_BASE_URL, OPENAI_API_KEY, ESC_SKILLS_MODEL, ESC_SKILLS_<ROLE>_MODEL
        describe() -> dict[str, str]       role → 'model @ endpoint, temperature': for EpisodeKey.models

    class Chat                             opened once per process behind a context; thread-safe
        def __init__(self, models: Models = ..., *, seed: int = 0, max_concurrency: int = 16, budget: Budget | None)
        def ask(agent, question, *, seed: int | None = None) -> Answer
        async def aask(agent, question, *, seed: int | None = None) -> Answer
        usage: Usage                       calls, tokens, seconds, failures by role
"""
