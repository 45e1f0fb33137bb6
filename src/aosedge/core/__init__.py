"""AosCore: the runtime on a Unit."""
