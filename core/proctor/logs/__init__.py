"""Output of processes: kept as bytes, read through cursors and windows."""
