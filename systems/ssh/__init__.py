"""Hosts over SSH: one kept connection a host, as the operator's own ssh_config, agent and known_hosts say.

`systems.ssh.hosts.SshHosts` is the way in. Nothing here imports asyncssh before the first connection.
"""
