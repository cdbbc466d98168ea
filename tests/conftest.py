"""What all tests share: no model of the developer's environment, fakes for nothing, and real servers."""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

for _name in [name for name in os.environ if name.startswith(("ESC_SKILLS_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_"))]:
    del os.environ[_name]
_AUDITED = tempfile.TemporaryDirectory(prefix="esc-skills-audit-")  # live turns are recorded as anywhere, not at home
os.environ["ESC_SKILLS_AUDIT"] = str(Path(_AUDITED.name) / "audit.db")


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


servers = _load(Path(__file__).parent.parent / "benchmarks" / "servers.py")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a real PostgreSQL server; tests that need it skip where it is not installed."""
    pytest.importorskip("psycopg", reason="the driver of the extra 'postgres' is not installed")
    running = servers.postgres(durable=False)
    try:
        url = running.__enter__()
    except servers.NoServer as error:
        pytest.skip(str(error))
    yield url
    running.__exit__(None, None, None)


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """URL of that server, with an empty database."""
    import sqlalchemy as sa

    engine = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return postgres_server


@pytest.fixture(params=["folder", "postgres"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new bank can be made that lasts: both kinds of place in turn."""
    return str(tmp_path / "bank") if request.param == "folder" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def chroma_url() -> Iterator[str]:
    """URL of a real Chroma server on loopback."""
    with servers.chroma() as (url, _):
        yield url
