"""SPICE, as a client that looks: links, messages, images and keys, from the protocol's documents.

They are "Spice remote computing protocol definition v1.0" (Red Hat, 2009) and what minor version 2.2 added to
it: the description of messages (spice.proto) and the capabilities. No code of theirs is here.
"""
