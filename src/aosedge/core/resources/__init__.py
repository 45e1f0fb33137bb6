"""What a node has and uses."""
