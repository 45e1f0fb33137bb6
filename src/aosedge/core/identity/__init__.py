"""Keys and certificates of a Unit."""
