"""Why is it red? The rungs from a virtual address down to a certificate, asked until the first broken one."""
