"""The hosts of Nova as their files and units tell: nova.conf, console proxies, guests' screens."""
