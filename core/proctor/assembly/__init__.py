"""Where the parts of a running app are built, wired and run: the only place that knows them all."""
