"""Which of our words stands for which of SAGE's? Its eight tasks and three characters, as its files write them.

Zhang et al., *Sentient Agent as a Judge*, 2025 (Tencent digitalhuman, MIT). The labels are Chinese in every file, also
where the talk is English. A label that is not here is an error: a guessed intention would be another seeker.
"""

from conversation.formats.record import FieldError
from conversation.profile import Character, Intention

TASKS: dict[str, Intention] = {
    "你希望对方辩证地分析事件中的问题": Intention.WEIGH_SIDES,
    "你想获得能真实帮助你解决当下困境的建议": Intention.ADVICE,
    "你想分析事件中其他人物这么做的原因": Intention.OTHERS_MOTIVES,
    "你希望对方引导你针对事件进行自我反思，收获自我成长": Intention.SELF_REFLECTION,
    "你希望对方真诚地夸奖你在事件中的具体行为": Intention.PRAISE,
    "你希望对方用心倾听你的情绪宣泄": Intention.VENTING,
    "你希望对方深刻共情你的感受，而不是简单的安慰": Intention.EMPATHY,
    "你认为自己在事件中没有任何责任和错误，你想要对方也认同你没有错": Intention.BLAMELESS,
}
CHARACTERS: dict[str, Character] = {
    "负面型": Character.NEGATIVE,
    "被动型": Character.PASSIVE,
    "回避型": Character.AVOIDANT,
}

TASK_OF = {intention: label for label, intention in TASKS.items()}
CHARACTER_OF = {character: label for label, character in CHARACTERS.items()}


def intention(label: str, field: str) -> Intention:
    """The hidden intention that a task label stands for.

    Raises:
        FieldError: SAGE has no such task.
    """
    if label not in TASKS:
        raise FieldError(field, f"one of SAGE's eight tasks, got '{label}'")
    return TASKS[label]


def character(label: str, field: str) -> Character:
    """The character that a label stands for.

    Raises:
        FieldError: SAGE has no such character.
    """
    if label not in CHARACTERS:
        raise FieldError(field, f"one of {', '.join(CHARACTERS)}, got '{label}'")
    return CHARACTERS[label]
