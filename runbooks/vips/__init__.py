"""Virtual addresses: what a balancer believes of a node, held against the node's own word."""
