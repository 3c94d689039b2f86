"""Which processes of a file have to end before others start: they may not be started again."""

from collections.abc import Collection

from proctor.importing.documents import Section


def waited_for_to_end(processes: Section | None, conditions: Collection[str]) -> frozenset[str]:
    """The names that stand in some `depends_on` with one of these conditions."""
    found = set()
    for name in processes.names() if processes else ():
        assert processes is not None
        process = processes.section(name)
        if process is None or not isinstance(process.raw("depends_on"), dict):
            continue
        needs = process.section("depends_on")
        for need in needs.names() if needs else ():
            how = needs.section(need) if needs else None
            if how is not None and how.text("condition") in conditions:
                found.add(need)
    return frozenset(found)
