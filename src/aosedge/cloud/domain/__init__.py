"""Pure rules of AosCloud, one module a noun. No IO, clock or chance."""
