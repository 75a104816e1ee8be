"""Commands on many hosts, their output streaming into one view."""
