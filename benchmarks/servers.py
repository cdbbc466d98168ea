"""A real PostgreSQL and a real Chroma server for tests and benchmarks: started here, ended here, loopback only."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class NoServer(RuntimeError):
    """The server's programs are not on this machine."""


@contextmanager
def postgres(*, durable: bool = True) -> Iterator[str]:
    """A new PostgreSQL cluster on a socket of its own; yields the URL of its database.

    Args:
        durable: False turns fsync off, which is faster and nothing to measure with.
    """
    programs = {name: _postgres_program(name) for name in ("initdb", "postgres", "pg_isready")}
    place = Path(tempfile.mkdtemp(prefix="esc-pg-"))
    who = _not_root(place)
    server: subprocess.Popen[bytes] | None = None
    try:
        made = subprocess.run(
            [programs["initdb"], "-D", place / "data", "-U", "esc", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
            capture_output=True, text=True, cwd=place, **who,
        )  # fmt: skip
        if made.returncode:
            raise NoServer(f"initdb failed: {made.stderr.strip()}")
        options = [] if durable else ["-c", "fsync=off", "-c", "synchronous_commit=off"]
        with (place / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs["postgres"], "-D", place / "data", "-k", place, "-c", "listen_addresses=", *options],
                stdout=log, stderr=log, cwd=place, **who,
            )  # fmt: skip
        _wait(lambda: _is_ready(programs["pg_isready"], place), server, place / "log")
        yield f"postgresql+psycopg://esc@/postgres?host={place}"
    finally:
        _end(server)
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def chroma(port: int | None = None, place: Path | None = None) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A `chroma run` on loopback; yields its URL and its process.

    Args:
        port: A free one when None.
        place: Where it keeps its data; a folder that is removed afterwards when None.
    """
    program = shutil.which("chroma", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        raise NoServer("the program 'chroma' is not installed")
    port = port or free_port()
    folder = place or Path(tempfile.mkdtemp(prefix="esc-chroma-"))
    server: subprocess.Popen[bytes] | None = None
    try:
        with (folder / "server.log").open("ab") as log:
            server = subprocess.Popen(
                [program, "run", "--host", "127.0.0.1", "--port", str(port), "--path", folder / "data"],
                stdout=log, stderr=log, env=os.environ | {"ANONYMIZED_TELEMETRY": "False"},
            )  # fmt: skip
        _wait(lambda: _answers(port), server, folder / "server.log")
        yield f"http://127.0.0.1:{port}", server
    finally:
        _end(server)
        if place is None:
            shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _postgres_program(name: str) -> str:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places = os.pathsep.join([*(str(folder) for folder in folders), os.environ.get("PATH", "")])
    found = shutil.which(name, path=places)
    if found is None:
        raise NoServer(f"PostgreSQL's program '{name}' is not installed")
    return found


def _not_root(place: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as the user that its package made."""
    if os.geteuid() != 0:
        return {}
    try:
        shutil.chown(place, "postgres", "postgres")
    except LookupError as error:
        raise NoServer("running as root, and there is no user 'postgres' to run PostgreSQL as") from error
    place.chmod(0o755)
    return {"user": "postgres", "group": "postgres"}


def _is_ready(program: str, place: Path) -> bool:
    return subprocess.run([program, "-q", "-h", place], check=False).returncode == 0


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(ready: Any, server: "subprocess.Popen[bytes]", log: Path, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if server.poll() is not None or time.monotonic() > deadline:
            raise NoServer(f"the server did not start: {log.read_text(errors='replace')[-500:]}")
        time.sleep(0.05)


def _end(server: "subprocess.Popen[bytes] | None") -> None:
    if server is None or server.poll() is not None:
        return
    server.send_signal(signal.SIGINT)  # to PostgreSQL: end now; SIGTERM would wait for its clients
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
