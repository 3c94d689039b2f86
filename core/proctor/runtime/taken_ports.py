"""The ports that nobody else may be given, with their owners in words; looked up when asked."""

from collections.abc import Iterator, Mapping

from proctor.model.names import ProcessName
from proctor.runtime.listening import Listening


class TakenPorts(Mapping[int, str]):
    """Port -> owner: what the app's own processes were given, and what somebody listens on.

    Iterates over the former alone; the latter are known only when asked for.
    """

    def __init__(self, given: Mapping[int, ProcessName], table: Listening) -> None:
        self._given = given
        self._table = table

    def __contains__(self, port: object) -> bool:
        return isinstance(port, int) and (port in self._given or self._table.is_taken(port))

    def __getitem__(self, port: int) -> str:
        if port in self._given:
            return str(self._given[port])
        if port not in self:
            raise KeyError(port)
        owner = self._table.owner(port)
        return str(owner) if owner is not None else ""

    def __iter__(self) -> Iterator[int]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)
