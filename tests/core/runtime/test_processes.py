import pytest

from proctor.model.configuration import AppConfiguration
from proctor.model.events import ProcessRemoved
from proctor.model.facts import EndAll, Fact, StopAsked
from proctor.model.names import ProcessName
from proctor.runtime.bus import EventBus
from proctor.runtime.processes import Processes
from support.fake_runs import FakeRuns
from support.manual_timers import ManualTimers
from support.supervised import Recorder, configuration

PROCFILE = "worker: ./worker\nweb: ./web\n"


class ByHand:
    """Processes without a supervisor: facts are told as soon as they come."""

    def __init__(self, app: AppConfiguration) -> None:
        self.app = app
        self.timers = ManualTimers()
        self.events = Recorder()
        self.bus = EventBus(self.timers.wall)
        self.bus.subscribe(self.events, after=0)
        self.ended: list[EndAll] = []
        self.runs = FakeRuns(app)
        self.runs.silent = set(app.procfile.types)
        self.processes = Processes(
            app,
            runs=self.runs,
            bus=self.bus,
            timers=self.timers,
            say=lambda _words, _process, _run: None,
            post=self.tell,
            end_all=self.ended.append,
        )
        self.runs.tell = self.tell

    def tell(self, process: ProcessName, fact: Fact) -> None:
        self.processes.tell(process, fact)

    def want(self, **quantities: int) -> None:
        self.processes.apply(quantities, cause="c1", reason="wanted by a test")

    def come_up(self, *names: str) -> None:
        for name in names:
            self.runs.come_up(self.runs.run_of(name))
        self.timers.advance(1)

    @property
    def states(self) -> dict[str, str]:
        return {view.name: view.state for view in self.processes.views()}


@pytest.fixture
def hand() -> ByHand:
    return ByHand(configuration(PROCFILE))


def test_they_are_shown_in_the_order_of_the_procfile_and_by_number(hand: ByHand) -> None:
    hand.want(web=11, worker=1)
    shown = [view.name for view in hand.processes.views()]
    assert shown == ["worker.1", *(f"web.{number}" for number in range(1, 12))]


def test_a_type_that_is_not_in_the_procfile_any_more_is_shown_last(hand: ByHand) -> None:
    hand.want(web=1, worker=1)
    hand.processes.configure(configuration("clock: ./clock\nweb: ./web\n"))
    assert list(hand.states) == ["web.1", "worker.1"]


def test_what_a_process_was_given_is_shown(hand: ByHand) -> None:
    hand.want(web=1, worker=1)
    hand.come_up("web.1", "worker.1")
    worker, web = hand.processes.views()
    assert (web.port, worker.port) == (5006, 5007)
    assert web.why == worker.why == "up: wanted by a test"


def test_only_a_web_waits_until_it_listens(hand: ByHand) -> None:
    hand.runs.hanging = {"web"}
    hand.want(web=1, worker=1)
    hand.come_up("web.1", "worker.1")
    assert hand.states == {"worker.1": "up", "web.1": "starting"}


def test_a_fact_of_a_process_that_is_not_there_is_dropped(hand: ByHand) -> None:
    hand.tell(ProcessName("web", 9), StopAsked(cause="c1", reason=""))
    assert hand.states == {}
    assert hand.events.messages == []


def test_what_is_forgotten_is_told_once_and_rings_no_more(hand: ByHand) -> None:
    hand.want(web=2)
    hand.want(web=1)
    hand.runs.empty(hand.runs.run_of("web.2"))
    for _ in range(2):
        hand.processes.forget_surplus({"web": 1})
    removed = [each for each in hand.events.messages if isinstance(each, ProcessRemoved)]
    assert [each.process for each in removed] == ["web.2"]
    assert list(hand.states) == ["web.1"]


def test_a_restart_of_nobody_is_none(hand: ByHand) -> None:
    hand.processes.roll([], cause="c2", reason="restarted")
    assert hand.events.messages == []


def test_a_restart_of_what_has_been_forgotten_meanwhile_goes_on_with_the_next(
    hand: ByHand,
) -> None:
    hand.want(web=3)
    hand.come_up("web.1", "web.2", "web.3")
    names = [ProcessName("web", number) for number in (1, 7, 3)]
    hand.processes.roll(names, cause="c2", reason="restarted")
    hand.runs.empty(hand.runs.run_of("web.1"))
    hand.come_up("web.1")
    assert hand.states == {"web.1": "up", "web.2": "up", "web.3": "stopping"}


def test_plans_that_were_forgotten_are_not_gone_on_with(hand: ByHand) -> None:
    hand.want(web=2)
    hand.come_up("web.1", "web.2")
    names = [ProcessName("web", number) for number in (1, 2)]
    hand.processes.roll(names, cause="c2", reason="restarted")
    hand.processes.forget_plans()
    hand.runs.empty(hand.runs.run_of("web.1"))
    hand.come_up("web.1")
    assert hand.states == {"web.1": "up", "web.2": "up"}


def test_after_the_end_no_timer_rings(hand: ByHand) -> None:
    hand.want(web=2, worker=1)
    hand.processes.close()
    assert hand.timers.pending == 0
