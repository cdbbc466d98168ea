"""Does the embedded world tell supporters apart? Policies that know one thing each, on one split, with intervals.

    python benchmarks/world_policies.py --split train --seeds 5

Constants of `nodes/embedded/world.py` may be tuned on `train` alone. `selection` is for reporting.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Callable

from scipy import stats

from conversation.dialogue import Line, Speaker
from conversation.episode import FAILURE_BELOW, START_EMOTION, SUCCESS_AT, move_emotion
from conversation.profile import Profile
from conversation.profiles import authored
from conversation.seeker import SeekerState
from conversation.support import SupportMove as M
from nodes.embedded import sage_judge, seeker
from nodes.embedded.reading.states import read_state
from nodes.embedded.supporter import _slots, _usable
from nodes.embedded.wording import templates
from nodes.embedded.world import ADVISING, WORTH
from nodes.sage_judge import JudgeQuestion
from nodes.seeker import SeekerQuestion
from nodes.supporter import SupporterQuestion

TURNS = 10
USABLE = [move for move in M if move not in (M.DISCLOSE_SELF, M.UNCLEAR)]


def oracle(profile: Profile, turn: int, rng: random.Random) -> list[M]:
    """Knows the intention: its best moves, heard first, varied."""
    worth = WORTH[profile.intention]
    best = sorted((m for m in USABLE if worth.get(m, 0) > 1.5), key=lambda m: -worth[m])
    first = [M.REFLECT_FEELING, M.RESTATE] if turn < 2 and best[0] not in (M.AFFIRM, M.VALIDATE) else []
    lead = best[turn % 2] if len(best) > 2 else best[0]
    chosen = [*first[:1], lead, *[m for m in best if m is not lead][:2]][:3]
    return chosen[:2] if all(m in ADVISING for m in chosen) else chosen


def comforter(profile: Profile, turn: int, rng: random.Random) -> list[M]:
    return rng.sample([M.VALIDATE, M.REFLECT_FEELING, M.REASSURE, M.AFFIRM, M.REFLECT_MEANING], 2)


def adviser(profile: Profile, turn: int, rng: random.Random) -> list[M]:
    return rng.sample([M.SUGGEST, M.PLAN, M.INFORM, M.RESTATE, M.OFFER_VIEW], 2)


def interrogator(profile: Profile, turn: int, rng: random.Random) -> list[M]:
    return [M.ASK_TO_CLARIFY, M.ASK_OPENLY]


def lecturer(profile: Profile, turn: int, rng: random.Random) -> list[M]:
    return [M.INFORM, M.SUGGEST, M.SUGGEST, M.INFORM, M.SUGGEST]


def at_random(profile: Profile, turn: int, rng: random.Random) -> list[M]:
    return rng.sample(USABLE, 2)


MINIMISING = [
    "It's not that bad. Just think positively and move on.",
    "Others have it much worse than you. You should be grateful.",
    "You're overreacting. Everything happens for a reason.",
    "Just cheer up. Don't be so sensitive about it.",
    "It's nothing to cry about. Look on the bright side.",
    "Get over it. You're making a big deal out of nothing.",
]

POLICIES: dict[str, Callable[[Profile, int, random.Random], list[M]] | None] = {
    "oracle": oracle,
    "comforter": comforter,
    "adviser": adviser,
    "random": at_random,
    "interrogator": interrogator,
    "lecturer": lecturer,
    "repeater": None,
    "minimiser": None,
}


def reply(name: str, profile: Profile, lines: list[Line], turn: int, rng: random.Random) -> str:
    if name == "repeater":
        return "I hear you, and that sounds hard. How does that make you feel?"
    if name == "minimiser":
        return MINIMISING[turn % len(MINIMISING)]
    state: SeekerState = read_state(tuple(lines))
    policy = POLICIES[name]
    if policy is None:
        raise ValueError(f"'{name}' has words of its own, no moves")
    question = SupporterQuestion(transcript=tuple(lines), state=state)
    slots = _slots(question)
    said = {line.text for line in lines if line.speaker is Speaker.SUPPORTER}
    told = " ".join(said)
    sentences = []
    for move in policy(profile, turn, rng):
        ways = [w for w in _usable(templates(move), slots, set()) if w not in told and w not in sentences]
        own = [w for w in ways if any(v and v in w for v in slots.values())]
        if ways:
            sentences.append(rng.choice(own or ways))
    return " ".join(sentences)


def play(name: str, profile: Profile, seed: int, *, show: bool = False) -> int:
    rng = random.Random(f"{name}{profile.id}{seed}")
    lines = [Line(speaker=Speaker.SEEKER, text=profile.opening)]
    emotion = START_EMOTION
    for turn in range(TURNS):
        text = reply(name, profile, lines, turn, rng)
        lines.append(Line(speaker=Speaker.SUPPORTER, text=text))
        appraisal = sage_judge.play(
            JudgeQuestion(profile=profile, transcript=tuple(lines), emotion=emotion, turn=turn), seed
        )
        emotion = move_emotion(emotion, appraisal.change)
        if show:
            from nodes.embedded.world import take

            t = take(profile, tuple(lines), turn, seed)
            print("  S:", lines[-2].text)
            print("  A:", text)
            parts = {k: round(v, 1) for k, v in t.parts.items()}
            print(
                "    ",
                appraisal.change,
                "→",
                emotion,
                parts,
                [m.value for m in t.heard.moves],
                round(t.trust, 2),
                round(t.heard.specificity, 2),
            )
        if emotion >= SUCCESS_AT or emotion < FAILURE_BELOW:
            break
        answer = seeker.play(
            SeekerQuestion(profile=profile, transcript=tuple(lines), emotion=emotion, appraisal=appraisal, turn=turn),
            seed,
        )
        lines.append(Line(speaker=Speaker.SEEKER, text=answer.text))
    return emotion


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", default="train")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--show", help="policy/profile to print turn by turn")
    args = parser.parse_args()
    profiles = [p for p in authored() if p.split.value == args.split]
    if args.show:
        name, _, wanted = args.show.partition("/")
        print(play(name, next(p for p in profiles if p.id == wanted), 0, show=True))
        return
    print(f"{args.split}: {len(profiles)} profiles × {args.seeds} seeds")
    print(f"{'policy':14}{'mean':>7}{'success':>9}{'failure':>9}   rational / emotional   (95 % interval of the mean)")
    for name in POLICIES:
        finals: dict[bool, list[int]] = defaultdict(list)
        means = []
        for profile in profiles:
            own = [play(name, profile, seed) for seed in range(args.seeds)]
            finals[profile.intention.rational] += own
            means.append(sum(own) / len(own))
        everything = finals[True] + finals[False]
        n = len(everything)
        low, high = stats.t.interval(0.95, len(means) - 1, sum(means) / len(means), stats.sem(means))
        print(
            f"{name:14}{sum(everything) / n:7.1f}{sum(f >= SUCCESS_AT for f in everything) / n:9.0%}"
            f"{sum(f < FAILURE_BELOW for f in everything) / n:9.0%}   "
            f"{sum(finals[True]) / len(finals[True]):.1f} / {sum(finals[False]) / len(finals[False]):.1f}"
            f"   ({low:.1f} to {high:.1f})"
        )


if __name__ == "__main__":
    main()
