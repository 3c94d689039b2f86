"""The real screen on an app in which everything is hostile: names, commands, reasons, answers."""

import asyncio
import sys

import msgspec

from proctor.control.session import Session
from proctor.model.commands import AnyCommand, Refused, Reply
from proctor.model.events import Announced, ExitView, WatchView
from proctor_tui.app import run_screen
from support import histories
from support.fakes import FakeSession
from support.hostile import HOSTILE

EVIL = " ".join(HOSTILE.values())
SHORT = HOSTILE["clipboard"] + HOSTILE["writing direction"] + HOSTILE["markup"]


def hostile_session() -> FakeSession:
    """An app whose every string tries to reach the terminal."""
    app = msgspec.structs.replace(
        histories.app(), name=SHORT, root=EVIL, address=f"http://{SHORT}", ends_with=EVIL
    )
    name = SHORT.replace(".", "")
    crash = {"why": EVIL, "exit": ExitView(signal=SHORT), "retry_at": histories.NOON}
    snapshot = histories.snapshot(
        [histories.process_type(name, 1, command=EVIL), histories.process_type("web", 1)],
        [histories.process(f"{name}.1", "crashed", **crash), histories.process("web.1", why=EVIL)],
        watch=WatchView(on=True, problem=SHORT, last_change=SHORT),
        pending=SHORT,
    )
    session = FakeSession(msgspec.structs.replace(snapshot, app=app))
    session.answer = _refuse
    return session


def _refuse(_: AnyCommand) -> Reply:
    return Refused(what=EVIL, hint=EVIL)


def main() -> int:
    """Open the screen, tell it more, and leave it to the keys."""
    telling: list[asyncio.Task[None]] = []

    async def connect() -> Session:
        session = hostile_session()
        telling.append(asyncio.create_task(tell(session)))
        return session

    return run_screen(connect, holds_lease=False)


async def tell(session: FakeSession) -> None:
    """An announcement, once the screen follows."""
    await session.followed.wait()
    session.output("web.1", *HOSTILE.values())
    words = f"{EVIL} ANNOUNCED"[-60:]
    session.tell(
        Announced(
            sequence=session.next_sequence,
            at=histories.NOON,
            cause="app",
            level="error",
            words=HOSTILE["clipboard"] + words,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
