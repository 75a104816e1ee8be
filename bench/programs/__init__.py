"""Programs that the benchmarks start on a terminal of their own, ours and those of the peers."""
