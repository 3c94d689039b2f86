"""What the platform tells its processes of themselves: only for a type that asks for it.

Apps take `DYNO` for the sign that they are on the platform, and then force HTTPS, and TLS to the
database. Here there is neither, so none of this is ever set unasked. Left out is what has no
counterpart here: release, slug and commit (files under work are none), and the domain.
"""

from hashlib import sha256

from proctor.model.names import ProcessName


def platform_variables(
    process: ProcessName, *, app_name: str, root: str, dyno_id: str
) -> dict[str, str]:
    """Name -> value. The id of the app is its own for as long as it lies in this folder.

    `dyno_id` is the text that no other run of any process has: its id is made of that.
    """
    return {
        "DYNO": str(process),
        "HEROKU_APP_ID": _identifier(f"{root}\0{app_name}"),
        "HEROKU_APP_NAME": app_name,
        "HEROKU_DYNO_ID": _identifier(dyno_id),
    }


def _identifier(text: str) -> str:
    """A UUID of version 8, which is that of identifiers made in a way of one's own."""
    digits = sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
