"""Where facts come from and orders are carried out: processes, timers, sockets, the event bus."""
