"""Opens the real screen on a made-up app, to be looked at: python tests/support/screen_on_fake.py.

screen_on_fake.py [HISTORY]      shop, nothing_started, all_crashed, many
"""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from proctor.control.session import Session
from proctor_tui.app import run_screen
from support import histories
from support.lively import LivelySession


def main() -> int:
    name = sys.argv[1] if len(sys.argv) > 1 else "shop"
    lives: list[asyncio.Task[None]] = []

    async def connect() -> Session:
        session = LivelySession(getattr(histories, name)())
        lives.append(asyncio.create_task(session.live()))
        return session

    return run_screen(connect, holds_lease=True)


if __name__ == "__main__":
    sys.exit(main())
