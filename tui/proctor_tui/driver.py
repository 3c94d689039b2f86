"""The driver of a real terminal: Textual's, which also asks for the ground and outlives its end."""

import os

from textual.drivers import linux_driver

from proctor_tui.ground import ASK, AnswersApart, may_be_asked


class TerminalDriver(linux_driver.LinuxDriver):
    """Takes the terminal as Textual does.

    When the terminal has gone, Textual's thread that writes ends with it, and nothing takes from
    its short queue any more: who then puts more into it than fits would wait for ever.
    """

    def start_application_mode(self) -> None:
        """Take the terminal, also after a suspension, and ask it for its ground."""
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's
        if may_be_asked(os.environ):
            self.write(ASK)
            self.flush()

    def run_input_thread(self) -> None:
        """Read keys, and answers among them."""
        # Textual's driver makes its parser itself, and leaves no other way to another one.
        linux_driver.XTermParser = AnswersApart  # type: ignore[attr-defined]
        super().run_input_thread()

    def write(self, data: str) -> None:
        """Write, as long as somebody takes it."""
        if self._is_writing:
            super().write(data)

    def close(self) -> None:
        """Write what is left, if somebody still does."""
        if self._is_writing:
            super().close()

    @property
    def _is_writing(self) -> bool:
        return self._writer_thread is not None and self._writer_thread.is_alive()
