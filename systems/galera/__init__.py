"""Galera clusters: what every node says of itself, what only its host knows, and what follows from both."""
