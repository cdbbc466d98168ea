"""Does a run of simulated conversations survive `kill -9`? Killed whole, 20 times, at random moments, and gone on from.

    python benchmarks/episode_kills.py [--kills 20] [--episodes 200] [--workers 0]

`esc-skills simulate --output --resume` plays two arms, one of them a bank whose ledger keeps its episodes too. Its
whole process group is killed: most times a while after the first new episode, one time in four while it starts. An
episode is acknowledged when its line stands whole in the file. After each kill every episode acknowledged before must
still be there, and none may have been played again: it would stand in the file twice. At the end file and figures must
be those of a run that nobody disturbed, byte for byte.
"""

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from conversation.episode import Episode
from nodes.context import starter_changes
from skills_bank.bank import Bank
from skills_bank.ledger import key_hash


def main() -> None:
    """Kill, go on, compare, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--episodes", type=int, default=200)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as place:
        figures = measure(Path(place), options)
    print(f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {os.cpu_count()} processors, ", end="")
    print(f"load {load:.1f} before, {os.getloadavg()[0]:.1f} after")
    for name, value in figures.items():
        print(f"{name:<58} {value}")


def measure(place: Path, options: argparse.Namespace) -> dict[str, str]:
    """Both runs, and the audit after each kill."""
    for name in ("calm", "killed"):
        with Bank.open(place / name / "mine", create=True) as bank:
            bank.commit(starter_changes(), expected_generation=0)
    command = [
        *(sys.executable, "-m", "esc_skills", "simulate", "--profiles", f"fresh:{options.episodes // 2}"),
        *("--arms", "none,mine", "--turns", str(options.turns), "--workers", str(options.workers)),
        *("--output", "episodes.jsonl", "--resume", "--json"),
    ]
    started = time.perf_counter()
    calm = subprocess.Popen(command, cwd=place / "calm", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    start = _first_line(place / "calm" / "episodes.jsonl", 0, calm) - started
    expected, _ = calm.communicate()
    each = (time.perf_counter() - started - start) / options.episodes

    drawn, file = random.Random(options.seed), place / "killed" / "episodes.jsonl"
    acknowledged: Counter[str] = Counter()
    lost = twice = killed = while_starting = halves = 0
    while killed < options.kills:
        victim = subprocess.Popen(
            command, cwd=place / "killed", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        if killed % 4 == 3:
            time.sleep(drawn.uniform(0, start))
            while_starting += 1
        else:
            _first_line(file, sum(acknowledged.values()), victim)
            time.sleep(drawn.uniform(0, each * options.episodes / options.kills))
        if victim.poll() is not None:
            print(f"the run had ended before kill {killed + 1}; give it more --episodes")
            break
        os.killpg(victim.pid, signal.SIGKILL)
        victim.communicate()
        killed += 1
        stands, half = _whole(file)
        halves += half
        lost += len(acknowledged - stands)
        twice += sum((stands - Counter(set(stands))).values())
        acknowledged = stands
    told, _ = subprocess.Popen(
        command, cwd=place / "killed", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ).communicate()
    with Bank.open(place / "killed" / "mine", create=False) as bank:
        kept = Counter(key_hash(episode.key) for episode in bank.ledger.episodes())
    one, other = json.loads(expected), json.loads(told)
    stood = other.pop("already_played")
    one.pop("already_played")
    last, _ = _whole(file)
    same = file.read_bytes() == (place / "calm" / "episodes.jsonl").read_bytes()
    return {
        "episodes, of which in the ledger of the bank too": f"{sum(last.values())}, {sum(kept.values())}",
        "worker processes": str(options.workers),
        "kills, of which while the run was starting": f"{killed}, {while_starting}",
        "kills that left a half-written line": str(halves),
        "episodes acknowledged before the last start": f"{sum(acknowledged.values())}, of which gone on from {stood}",
        "acknowledged and lost": str(lost + len(acknowledged - last)),
        "played again, by the file; by the ledger": f"{twice}; {sum(count - 1 for count in kept.values())}",
        "file as that of an undisturbed run, byte for byte": "yes" if same else "NO",
        "figures as those of an undisturbed run": "yes" if one == other else "NO",
        "undisturbed: seconds to the first episode, then for each": f"{start:.1f}, {each:.3f}",
    }


def _first_line(file: Path, before: int, process: "subprocess.Popen[bytes]") -> float:
    """Wait until the file holds more whole lines than before; when that was."""
    while process.poll() is None and not (file.exists() and file.read_bytes().count(b"\n") > before):
        time.sleep(0.005)
    return time.perf_counter()


def _whole(file: Path) -> tuple[Counter[str], bool]:
    """The episodes whose lines stand whole, by key, and whether there is a half-written one behind them."""
    *lines, rest = (file.read_bytes() if file.exists() else b"").split(b"\n")
    return Counter(key_hash(Episode.model_validate_json(line).key) for line in lines), bool(rest)


if __name__ == "__main__":
    main()
