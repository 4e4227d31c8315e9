"""Run many conversations over each channel through kills, doubles, wrong order and failing sends, and judge the record.

    python -m tests.reliability --conversations 1000 --channels line,web
"""

import argparse
import importlib
import json
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

from bot.logs import configure_logging
from tests.reliability.plan import plan


def main() -> int:
    """Run; the exit code is 1 when anything was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--messages", type=int, default=3, help="messages of each person")
    parser.add_argument("--channels", default="line,web")
    parser.add_argument("--doubles", type=float, default=0.1)
    parser.add_argument("--swaps", type=float, default=0.1)
    parser.add_argument("--failures", type=float, default=0.2)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=20261129)
    parser.add_argument("--patience", type=float, default=7200, help="seconds to wait for the end")
    given = parser.parse_args()
    configure_logging()
    failed = False
    for channel in given.channels.split(","):
        module = importlib.import_module(f"tests.reliability.{channel}")
        folder = Path(tempfile.mkdtemp(prefix=f"madoguchi-{channel}-"))
        began = time.monotonic()
        plans = plan(given.conversations, given.messages, given.doubles, given.swaps, given.seed)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        verdict = module.run(folder, plans, kills=given.kills, failures=given.failures, port=port, patience_seconds=given.patience)
        doubles = sum(delivery.again for deliveries in plans.values() for delivery in deliveries)
        figures = {"deliveries": sum(map(len, plans.values())), "of these doubles": doubles, **verdict.figures, "seconds": round(time.monotonic() - began)}
        print(channel, json.dumps(figures, indent=1), sep="\n", flush=True)
        for sentence in verdict.wrong[:20]:
            print("WRONG:", sentence, flush=True)
        print(f"{channel}: {'all promises kept' if not verdict.wrong else f'{len(verdict.wrong)} promises broken'}", flush=True)
        failed = failed or bool(verdict.wrong)
        if not verdict.wrong:
            shutil.rmtree(folder)
        else:
            print("database and log stay in", folder, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
