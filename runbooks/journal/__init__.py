"""The journal: an append-only, hash-chained record of who ran what where, why, with what result."""
