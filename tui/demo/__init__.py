"""The demo: a practice estate beside the console, a banner, hints for a newcomer, and faults to order."""
