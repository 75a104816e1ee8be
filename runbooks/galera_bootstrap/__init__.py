"""galera-bootstrap: from hosts with packages installed to a proven Galera cluster (GOTCHAS A)."""
