import re
import signal
import threading
import time

import pytest

from proctor.runtime.patience import OutOfPatienceError, at_most


def test_an_expression_that_takes_for_ever_is_ended() -> None:
    began = time.process_time()
    with pytest.raises(OutOfPatienceError), at_most(0.1):
        re.search("(a+)+$", "a" * 60 + "!")
    assert time.process_time() - began < 2


def test_what_is_done_in_time_is_left_alone_and_nothing_stays() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with at_most(5):
        found = re.search("b", "abc")
    assert found
    assert signal.getsignal(signal.SIGVTALRM) is before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_in_another_thread_it_takes_what_it_takes() -> None:
    found = []

    def look() -> None:
        with at_most(0.001):
            found.append(re.search("b", "abc"))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found[0]
