"""The embedded practice estate. Shares no code with the console's own adapters."""
