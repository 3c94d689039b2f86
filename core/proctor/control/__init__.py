"""The session: how every user interface talks to a supervisor, in-process or over a socket."""
