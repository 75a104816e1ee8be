"""The SQL that simulated servers answer."""
