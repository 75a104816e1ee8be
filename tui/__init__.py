"""The console: the app, its screens and workers, the keys, and the command line."""
