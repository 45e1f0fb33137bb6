"""Namespaces, bridge, addresses, names and firewall of instances."""
