"""What the console talks to: hosts over SSH, Galera clusters. Knows no screen and no runbook."""
