"""How the documents become pages."""

project = "AosEdge"
author = "The AosEdge authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
master_doc = "index"
html_theme = "furo"
html_title = "AosEdge"
exclude_patterns = ["adr/template.md"]
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
suppress_warnings = ["myst.header"]
