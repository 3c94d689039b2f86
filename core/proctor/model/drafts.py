"""Drafts: files that were made for the user and are not written yet."""

import msgspec


class Draft(msgspec.Struct, frozen=True):
    """One file of a draft; `shown` is its text where it is printed, secrets masked."""

    name: str  #: in the folder that it is for
    text: str
    private: bool = False  #: only its owner may read it
    shown: str | None = None

    def __repr__(self) -> str:
        return f"Draft({self.name!r}, {len(self.text)} characters)"
