"""Who must hear what, across cloud processes."""
