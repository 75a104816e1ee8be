"""Pages for operators; those that the code can tell are generated."""
