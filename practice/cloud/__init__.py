"""A simulated OpenStack cloud: Keystone, Nova, Octavia and consoles; state machines, and the wire around."""
