"""How instances run: OCI runtimes, plain processes, scripts."""
