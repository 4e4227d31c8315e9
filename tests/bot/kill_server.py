"""The real application in a child process that can be killed and started again quickly (imports are done once, in the parent).

Reads commands from standard input: `start`, `kill`, `end`. Prints `ready` once, then `up PID` or `down` for each command.
"""

import os
import signal
import sys
from pathlib import Path

import uvicorn

from bot import bootstrap
from bot.settings import Settings


def main(data_dir: str, models_dir: str, port: int) -> None:
    """Obey the commands until `end` or the end of the input."""
    print("ready", flush=True)  # noqa: T201 - the parent waits for it
    child = 0
    for line in sys.stdin:
        command = line.strip()
        if command == "start":
            child = os.fork()
            if child == 0:
                serve(data_dir, models_dir, port)
                os._exit(0)
            print(f"up {child}", flush=True)  # noqa: T201
        elif child:
            os.kill(child, signal.SIGKILL if command == "kill" else signal.SIGTERM)
            os.waitpid(child, 0)
            child = 0
            print("down", flush=True)  # noqa: T201
        if command == "end":
            return


def serve(data_dir: str, models_dir: str, port: int) -> None:
    """Run the application as `madoguchi serve` does."""
    settings = Settings(data_dir=Path(data_dir), models_dir=Path(models_dir), port=port)
    app = bootstrap.create_app(bootstrap.assemble(settings))
    uvicorn.run(app, host="127.0.0.1", port=port, ws="wsproto", log_config=None, access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
