"""The wizard: a runbook carried out step by step, each shown before it is done, and always a way out."""
