"""Which model answers for which role is read from code or environment, and told without secrets."""

import pytest
from pydantic import SecretStr, ValidationError

from nodes.models import ROLES, Models, RoleSettings

KEY = "sk-very-secret"


def test_without_any_setting_the_embedded_engine_answers_for_all() -> None:
    models = Models.from_environment({})
    assert models == Models()
    assert models.describe() == dict.fromkeys(ROLES, "embedded")
    assert not models.configured("supporter")


def test_one_variable_gives_every_role_a_model_and_one_role_may_differ() -> None:
    models = Models.from_environment(
        {
            "OPENAI_BASE_URL": "http://localhost:8000/v1",
            "OPENAI_API_KEY": KEY,
            "ESC_SKILLS_MODEL": "qwen",
            "ESC_SKILLS_TEMPERATURE": "0.5",
            "ESC_SKILLS_SAGE_JUDGE_MODEL": "gpt",
            "ESC_SKILLS_SAGE_JUDGE_BASE_URL": "https://judge.example/v1/",
            "ESC_SKILLS_SAGE_JUDGE_EXTRA_BODY": '{"enable_thinking": false}',
            "ESC_SKILLS_APPRAISER_MODEL": "embedded",
        }
    )
    described = models.describe()
    assert described["supporter"] == "qwen @ http://localhost:8000/v1, temperature 0.5"
    assert described["sage_judge"].startswith("gpt @ https://judge.example/v1, temperature 0.5, extra ")
    assert described["appraiser"] == "embedded"
    assert models.configured("crisis_gate")
    assert described["crisis_gate"] == described["supporter"]
    assert models.of("sage_judge").extra_body == {"enable_thinking": False}


def test_settings_that_change_answers_change_the_description() -> None:
    one, two = (RoleSettings(model="m", extra_body={"top_k": k}).describe() for k in (1, 2))
    assert one != two


def test_no_secret_is_told() -> None:
    settings = RoleSettings(model="m", api_key=SecretStr(KEY), base_url="https://user:password@host:99/v1?token=abc")
    models = Models(default=settings)
    shown = f"{models!r} {models} {models.model_dump_json()} {models.describe()}"
    assert KEY not in shown
    told = str(models.describe())
    assert "password" not in told
    assert "abc" not in told
    assert "https://host:99/v1" in told


def test_a_key_alone_sends_nothing_anywhere() -> None:
    assert not Models.from_environment({"OPENAI_API_KEY": KEY}).configured("supporter")


def test_empty_variables_count_as_absent() -> None:
    assert Models.from_environment({"OPENAI_BASE_URL": "", "ESC_SKILLS_MODEL": " "}) == Models()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ESC_SKILLS_TEMPERATURE", "hot", "ESC_SKILLS_TEMPERATURE: .*number"),
        ("ESC_SKILLS_SEEKER_MAX_TOKENS", "0", "ESC_SKILLS_SEEKER_MAX_TOKENS: .*greater"),
        ("ESC_SKILLS_EXTRA_BODY", "[1]", "ESC_SKILLS_EXTRA_BODY: .*JSON object"),
        ("ESC_SKILLS_EXTRA_BODY", "{", "ESC_SKILLS_EXTRA_BODY: .*JSON object"),
        ("ESC_SKILLS_SUPORTER_MODEL", "m", "did you mean 'supporter'"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Models.from_environment({name: value})


def test_a_role_from_elsewhere_may_have_a_model() -> None:
    assert Models.from_environment({"ESC_SKILLS_TRANSLATOR_MODEL": "m"}).of("translator").model == "m"


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="temprature"):
        RoleSettings.model_validate({"temprature": 1})


def test_prices_are_per_million_tokens_and_absent_when_none_is_set() -> None:
    assert RoleSettings(input_price=2.0, output_price=8.0).price(500_000, 250_000) == 3.0
    assert RoleSettings().price(1, 1) is None


def test_a_key_that_was_masked_on_its_way_through_json_is_refused() -> None:
    masked = RoleSettings(model="m", api_key=SecretStr(KEY)).model_dump_json()
    with pytest.raises(ValidationError, match="masked"):
        RoleSettings.model_validate_json(masked)
