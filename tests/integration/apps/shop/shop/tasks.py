"""What the shop does in the background, by way of a queue in the folder `var`."""

import time
from pathlib import Path

from celery import Celery

QUEUE = Path("var/queue").absolute()
DONE = Path("var/packed")
for folder in (QUEUE, DONE.parent):
    folder.mkdir(parents=True, exist_ok=True)

celery = Celery("shop", broker="filesystem://")
celery.conf.update(
    broker_transport_options={
        "data_folder_in": str(QUEUE),
        "data_folder_out": str(QUEUE),
        "control_folder": str(QUEUE.parent / "control"),
    },
    broker_connection_retry_on_startup=True,
    task_ignore_result=True,
)


@celery.task
def pack(order: int, seconds: float) -> None:
    """Pack an order; each one that is begun and each one that is done leaves a line."""
    _note(f"begun {order}")
    time.sleep(seconds)
    _note(f"packed {order}")


def _note(line: str) -> None:
    with DONE.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
