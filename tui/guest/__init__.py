"""A guest's serial line and its screen inside this terminal."""
