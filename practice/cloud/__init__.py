"""A simulated OpenStack cloud: Keystone, Nova, Octavia and consoles; state machines first, the wire around them."""
