"""AosCloud: management and orchestration."""
