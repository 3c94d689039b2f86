from support.running_app import app_folder, own_places, places, proctor, running, server, session

__all__ = ["app_folder", "own_places", "places", "proctor", "running", "server", "session"]
