"""The steps, upgrade only, oldest first."""
