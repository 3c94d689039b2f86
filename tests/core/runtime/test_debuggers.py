import pytest

from proctor.logs.store import LogStore
from proctor.model.facts import PromptShown
from proctor.model.names import ProcessName, RunId
from proctor.runtime.debuggers import STILL_SECONDS, Debuggers
from support.manual_timers import ManualTimers

RUN = RunId(ProcessName("web", 1), 3)


class Watched:
    """A process on a terminal that writes as the test says."""

    def __init__(self) -> None:
        self.timers = ManualTimers()
        self.told: list[PromptShown] = []
        self.attended = False
        self.track = LogStore().open(RUN, terminal=True)
        self.debuggers = Debuggers(
            self.timers, attended=lambda _: self.attended, tell=self.told.append
        )

    def writes(self, data: bytes) -> None:
        self.track.append(data, self.timers.wall())
        self.debuggers.wrote(RUN, self.track)

    def wait(self, seconds: float) -> None:
        self.timers.advance(seconds)

    @property
    def prompts(self) -> list[str | None]:
        return [fact.prompt for fact in self.told]


def test_a_prompt_is_told_once_the_process_is_still() -> None:
    watched = Watched()
    watched.writes(b"> app.py(3)\r\n(Pdb) ")
    watched.wait(STILL_SECONDS - 0.01)
    assert watched.told == []
    watched.wait(0.02)
    assert watched.told == [PromptShown(run=RUN, prompt="(Pdb)")]
    watched.wait(60)
    assert len(watched.told) == 1


def test_what_is_typed_at_the_prompt_changes_nothing_and_going_on_ends_it() -> None:
    watched = Watched()
    watched.writes(b"(Pdb) ")
    watched.wait(1)
    for byte in b"continue":
        watched.writes(bytes([byte]))
        watched.wait(0.1)
    watched.wait(1)
    assert watched.prompts == ["(Pdb)"]
    watched.writes(b"\r\n")
    watched.wait(1)
    assert watched.prompts == ["(Pdb)", None]


def test_a_step_that_is_back_at_once_is_no_news() -> None:
    watched = Watched()
    watched.writes(b"(Pdb) ")
    watched.wait(1)
    for _ in range(5):
        watched.writes(b"next\r\n> app.py(4)\r\n(Pdb) ")
        watched.wait(0.2)
    watched.wait(1)
    assert watched.prompts == ["(Pdb)"]


def test_the_end_of_a_prompt_is_told_also_while_the_process_floods() -> None:
    watched = Watched()
    watched.writes(b"(Pdb) ")
    watched.wait(1)
    for _ in range(20):
        watched.writes(b"line\r\n")
        watched.wait(0.1)
    assert watched.prompts == ["(Pdb)", None]


def test_it_is_said_whether_somebody_is_attached() -> None:
    watched = Watched()
    watched.attended = True
    watched.writes(b"(Pdb) ")
    watched.wait(1)
    assert watched.told == [PromptShown(run=RUN, prompt="(Pdb)", attended=True)]


@pytest.mark.parametrize("output", [b"working\r\n", b"half a line", b"(Pdb) said so\r\n"])
def test_other_output_is_no_prompt(output: bytes) -> None:
    watched = Watched()
    watched.writes(output)
    watched.wait(2)
    assert watched.told == []


def test_nothing_is_looked_at_after_the_end_of_the_run() -> None:
    watched = Watched()
    watched.writes(b"(Pdb) ")
    watched.debuggers.end(RUN)
    watched.wait(2)
    assert watched.told == []
