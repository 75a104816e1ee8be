"""A small POSIX shell over the simulated hosts: parsed and run here, never by the machine's own."""
