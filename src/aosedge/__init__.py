"""AosEdge: AosCloud, AosCore and the language between them."""
