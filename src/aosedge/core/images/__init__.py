"""Download, verification and storage of content."""
