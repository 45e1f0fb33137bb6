"""How the documents become pages."""

import ast
import importlib
import inspect
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive

project = "AosEdge"
author = "The AosEdge authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
master_doc = "index"
html_theme = "furo"
html_title = "AosEdge"
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]


def _settings(module_name: str) -> list[tuple[str, str, str]]:
    """Name, default and meaning of each field of the module's `Settings`, from its source."""
    module = importlib.import_module(module_name)
    body = ast.parse(inspect.getsource(module.Settings)).body[0].body  # type: ignore[attr-defined]
    rows: list[tuple[str, str, str]] = []
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            default = getattr(module.Settings(), node.target.id)
            rows.append((node.target.id, str(default), ""))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and rows:
            rows[-1] = (*rows[-1][:2], " ".join(str(node.value.value).split()))
    return rows


class SettingsTable(Directive):
    """`{settings} module`: a list of the module's settings, so that the documents cannot drift from the code."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        found = nodes.definition_list()
        for name, default, meaning in _settings(self.arguments[0]):
            term = nodes.term("", "", nodes.literal("", name))
            text = f"{meaning} Default: " if meaning else "Default: "
            value = nodes.literal("", default) if default else nodes.Text("empty")
            found += nodes.definition_list_item(
                "", term, nodes.definition("", nodes.paragraph("", text, value, nodes.Text(".")))
            )
        return [found]


def setup(app: Any) -> None:
    """Sphinx's entry point."""
    app.add_directive("settings", SettingsTable)
