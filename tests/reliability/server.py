"""The application in a process that is killed and started again; progress is read from its database."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database import open_database
from bot.models import Message
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
KILL_SERVER = ROOT / "tests" / "bot" / "kill_server.py"


class Server:
    """Starts, kills and restarts the application (a fork of one that has its imports done)."""

    def __init__(self, data_dir: Path, port: int, environment: dict[str, str]) -> None:
        self.data_dir, self.port = data_dir, port
        command = [sys.executable, str(KILL_SERVER), str(data_dir), str(Settings().models_dir), str(port)]
        self._log = (data_dir / "server.log").open("w")
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )
        self._lock = threading.Lock()
        assert self._line() == "ready"
        # The key file and the tables are there before anybody reads them.
        self.engine = open_database(Settings(data_dir=data_dir, _env_file=None))  # type: ignore[call-arg]

    def do(self, command: str) -> None:
        """Start, kill or end."""
        with self._lock:
            assert self._process.stdin
            self._process.stdin.write(command + "\n")
            self._process.stdin.flush()
            if command != "end":
                self._line()

    def begin(self) -> None:
        """Start for the first time, and return when it answers."""
        self.do("start")
        while True:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.2)

    def end(self) -> None:
        """Stop for good."""
        self.do("end")
        self._process.wait(60)

    def count(self, direction: str, *statuses: str) -> int:
        """Return how many messages are in one of these states."""
        with Session(self.engine) as session:
            found = select(func.count()).select_from(Message).where(Message.direction == direction, Message.status.in_(statuses))
            return session.scalar(found) or 0

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


class Watcher(threading.Thread):
    """Starts the server again when it is gone by itself, as a service manager does, and counts it."""

    def __init__(self, server: Server, patience_seconds: float = 120.0) -> None:
        super().__init__(daemon=True)
        self.server, self.patience_seconds = server, patience_seconds
        self.found_gone, self.over = 0, False

    def run(self) -> None:
        """Look every few seconds until `over`."""
        seen = time.monotonic()
        while not self.over:
            time.sleep(3)
            if self._answers() or self.over:
                seen = time.monotonic()
            elif time.monotonic() - seen > self.patience_seconds:
                self.found_gone += 1
                self.server.do("kill")
                self.server.do("start")
                seen = time.monotonic()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.server.port}/healthz", timeout=10).status_code == 200
        except httpx.TransportError:
            return False


class Killer(threading.Thread):
    """Kills the server each time that so much more of the work is done."""

    def __init__(self, server: Server, kills: int, work: int, random_seconds: float) -> None:
        super().__init__(daemon=True)
        self.server, self.kills, self.work, self.random_seconds = server, kills, work, random_seconds
        self.done = 0

    def run(self) -> None:
        """Kill at the first moment after each mark, a little later by chance, and start again."""
        import random

        dice = random.Random(20)
        for number in range(self.kills):
            mark = self.work * (number + 1) / (self.kills + 1)
            while self.server.count("in", "done", "failed") < mark:
                time.sleep(0.05)
            time.sleep(dice.uniform(0, self.random_seconds))
            self.server.do("kill")
            self.done += 1
            self.server.do("start")
