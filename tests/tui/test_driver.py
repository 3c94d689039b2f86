"""The driver of a real terminal, when that has gone. What it asks and hears: see test_ground."""

import io

from textual.drivers._writer_thread import WriterThread

from proctor_tui.driver import TerminalDriver
from proctor_tui.themed_app import ThemedApp


async def test_who_writes_to_a_terminal_that_has_gone_does_not_wait_for_ever() -> None:
    out = io.StringIO()
    driver = TerminalDriver(ThemedApp())
    driver._writer_thread = WriterThread(out)
    driver._writer_thread.start()
    driver.write("heard")
    driver._writer_thread.stop()
    for _ in range(1000):  # many times what the thread's queue takes
        driver.write("lost")
    driver.close()
    assert out.getvalue() == "heard"
