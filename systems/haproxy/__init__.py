"""HAProxy, asked over SSH on its stats socket: readings, parsers, and the lines that change a server."""
