"""The Unit side door: service discovery and the Unit channel."""
