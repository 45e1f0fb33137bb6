"""Pure rules of AosCore. No IO, clock or chance."""
