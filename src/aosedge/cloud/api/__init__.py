"""The people side door: REST, OpenAPI, server-sent events."""
