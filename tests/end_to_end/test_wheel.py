"""The built wheel installs and runs by itself, and says clearly what hides one of its packages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run(
        [*pip, "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "-w", str(folder)], check=True, cwd=folder
    )
    wheel = next(folder.glob("*.whl"))
    target = folder / "site"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True, cwd=folder)
    return target


def python(code: str, *paths: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    return subprocess.run([sys.executable, "-c", code], cwd=cwd, env=env, capture_output=True, text=True, check=False)


TURN = """
from esc_skills import support
import nodes
answer = support.graph.invoke({"messages": [{"role": "user", "content": "I feel so alone since I moved here."}]})
print(nodes.__file__)
print(answer["messages"][-1].text)
"""


def test_a_turn_runs_from_the_wheel_alone(site: Path, tmp_path: Path) -> None:
    result = python(TURN, site, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    where, reply = result.stdout.strip().split("\n", 1)
    assert where.startswith(str(site))
    assert reply


def test_the_wheel_is_typed_and_brings_its_texts(site: Path) -> None:
    for name in ("esc_skills", "graphs", "nodes", "skills_bank", "conversation", "evaluation"):
        assert (site / name / "py.typed").is_file()
    assert list(site.glob("nodes/prompts/*.md"))
    assert list(site.glob("skills_bank/starter/*/SKILL.md"))


def test_a_foreign_package_named_nodes_is_named_in_the_error(site: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "elsewhere" / "nodes"
    foreign.mkdir(parents=True)
    (foreign / "__init__.py").write_text("")
    result = python("from esc_skills import support", foreign.parent, site, cwd=tmp_path)
    assert result.returncode != 0
    last = result.stderr.strip().splitlines()[-1]
    assert str(foreign) in last
    assert "not ESC-Skills' package" in last
    assert "environment of its own" in last
