"""Doors left open on purpose, one at a time, each of which the matrix must find.

Every filter by scope in the store's repositories is found in the source and dropped (`sites`), and some lines of the
rules are changed by hand (`CHANGED`). Nothing is written: the module is changed as it is imported, in a process that
does nothing else: `python -m tests.system.access.mutants NAME`.

Not among them: `false()` for reaches that no operation of the repository has, and a condition beside one that implies
it (a fleet is of one organization; `REDUNDANT`).
"""

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

CLOUD: Final = Path(__file__).parents[3] / "src" / "aosedge" / "cloud"
_APPLIED: Final = ("within", "users_within")
"""Functions that put a scope on a query, their first argument."""

_NOUNS: Final = {
    "catalogue": "item",
    "admission": "invitation",
    "targets": "unit_target_",
    "statuses": "units_read",
    "limits": "limits",
    "service_states": "subject_states",
}
"""Of files that are not called like what they keep: what operations to ask for first."""

_PAGING: Final = {"after"}
"""Conditions with these only say from where on: without them nothing would end."""

REDUNDANT: Final = {
    "ItemUnits.page": "no other Unit has the item, by what was counted",
    "Subjects._unit": "the Unit is of the subject's organization",
    "Subjects.units": "no other Unit has joined",
    "UnitSets._unit": "the Unit is of the set's fleet",
    "UnitSets.units": "no other Unit has joined",
}
"""Filters that only hold should another fail: where, and what implies them."""

CHANGED: Final[dict[str, tuple[str, tuple[tuple[str, str], ...]]]] = {
    "anybody signs in with what was revoked or has ended": (
        "usecases/people.py",
        (("        or not known.good(session.caller.now)\n", ""),),
    ),
    "a certificate is known by its serial alone": (
        "usecases/people.py",
        (("known.fingerprint != peer.fingerprint", "False"),),
    ),
    "suspended users come in": ("usecases/people.py", (("if user is None or not user.active:", "if user is None:"),)),
    "users of suspended organizations come in": (
        "usecases/people.py",
        (("organization is not None and organization.active", "organization is not None"),),
    ),
    "expired tokens let in": (
        "usecases/people.py",
        (("if token and token.good(now) else None", "if token else None"),),
    ),
    "a token does all that its user may": (
        "usecases/people.py",
        (("user.person(frozenset(token.scopes))", "user.person()"),),
    ),
    "nobody asks for permissions": (
        "domain/access/decide.py",
        (("if who.permissions is not None and operation not in who.permissions:", "if False:"),),
    ),
    "everybody reaches all": ("domain/access/decide.py", (('if reach == "all":', "if True:"),)),
    "fleet owners reach the organization": (
        "domain/access/decide.py",
        (
            (
                "    return Scope(\n        reach=reach,",
                '    return Scope(\n        reach="tenant" if reach == "fleet" else reach,',
            ),
        ),
    ),
    "own is the organization's": (
        "domain/access/decide.py",
        (
            (
                "    return Scope(\n        reach=reach,",
                '    return Scope(\n        reach="tenant" if reach == "own" else reach,',
            ),
        ),
    ),
    "whoever manages users gives any permission": ("domain/access/giving.py", (("    if beyond:", "    if False:"),)),
    "anybody may have any role of the organization": (
        "usecases/users.py",
        (("if role not in ROLES_OF[kind]:", "if False:"),),
    ),
    "users are made in other organizations": (
        "usecases/users.py",
        (('if session.scope.reach != "all" and user.org != asker(session).tenant:', "if False:"),),
    ),
    "an admin becomes somebody of a tenant": (
        "usecases/users.py",
        (("if org != asker(session).tenant and session.users.can_sign_in(org, session.caller.now):", "if False:"),),
    ),
    "whoever is told no leaves no line": (
        "usecases/dispatch.py",
        (('            await self._note(caller, operation, "denied")\n            raise', "            raise"),),
    ),
    "a grant is given in anybody's name": (
        "store/organizations.py",
        (("return grants.c.oem == self._scope.tenant, grants.c.sp == sp", "return (grants.c.sp == sp,)"),),
    ),
    "a grant lets everything be seen": ("store/deployments.py", ((" if sight in grant.sees", ""),)),
    "states of anybody's subjects are seen": (
        "store/service_states.py",
        (("self._subjects.get(subject).id", "subject"),),
    ),
    "a subject has the states of every other": (
        "store/service_states.py",
        (("service_states.c.subject == self._subjects.get(subject).id, ", ""),),
    ),
    "an item's owner hears whose subjects have it": (
        "store/catalogue.py",
        (("for subject in found if subject.tenant == self._scope.tenant]", "for subject in found]"),),
    ),
    "everybody sees everybody's limits": (
        "store/limits.py",
        (('foreign = self._scope.reach != "all" and self._scope.tenant != organization', "foreign = False"),),
    ),
    "what belongs to others is forbidden, not missing": (
        "api/errors.py",
        (('    "not_found": 404,', '    "not_found": 403,'),),
    ),
    "nobody asks for the role": (
        "domain/access/decide.py",
        (
            ('if reach == "none":', "if False:"),
            ("if who.permissions is not None and operation not in who.permissions:", "if False:"),
        ),
    ),
    "roles are anybody's to give": (
        "usecases/users.py",
        (
            ("if role not in ROLES_OF[kind]:", "if False:"),
            ("    check_covers(who, role, permissions_of(role, groups, permissions))\n", ""),
        ),
    ),
}
"""Name: file, and what it says with what it says then, once or more."""


class Site:
    """One filter: the call that is changed, and the argument of `where` that goes, if not the call as a whole; or the
    question of an `if` that refuses."""

    def __init__(self, file: Path, function: str, call: ast.expr, argument: ast.expr | None) -> None:
        self.file, self.call, self.argument = file, call, argument
        said = " ".join(ast.unparse(argument if argument is not None else call).split())
        self.name = f"{function}: {said[:70]}"


def sites() -> Iterator[Site]:
    """Every filter by scope of the repositories."""
    for file in sorted((CLOUD / "store").glob("*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                yield from _of(file, f"{file.stem}.{node.name}", node)
            for method in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(method, ast.FunctionDef):
                    yield from _of(file, f"{node.name}.{method.name}", method)


def _of(file: Path, name: str, function: ast.FunctionDef) -> Iterator[Site]:
    if name in REDUNDANT:
        return
    scoped = {"scope", "_scope"}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and _mentions(node.value, scoped):
            scoped |= {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    scoped -= {"query", "self"}
    for node in ast.walk(function):
        if (
            isinstance(node, ast.If)
            and _mentions(node.test, {"scope", "_scope"})
            and isinstance(node.body[0], ast.Raise)
        ):
            yield Site(file, name, node.test, None)
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in _APPLIED:
            yield Site(file, name, node, None)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "where":
            filters = [
                each
                for each in node.args
                if _mentions(each, scoped) and not _applied(each) and not _mentions(each, _PAGING)
            ]
            for each in filters:
                if len(filters) == 1 or not _implied(each):
                    yield Site(file, name, node, each)


def _mentions(node: ast.AST, names: set[str]) -> bool:
    found = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return bool(names & (found | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}))


def _applied(node: ast.expr) -> bool:
    """Whether it only names a query that has its scope from elsewhere, which is a site itself."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "where_assigned":
        return True
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "in_"
        and isinstance(node.args[0], ast.Name | ast.Call)
        and ast.unparse(node.args[0]).partition("(")[0] not in ("select", "scope.fleets")
    )


def _implied(node: ast.expr) -> bool:
    return ast.unparse(node).endswith(("scope.tenant", "known.tenant", "subject.tenant"))


def names() -> list[str]:
    """All of them."""
    return [site.name for site in sites()] + list(CHANGED)


def changed(name: str) -> tuple[Path, str]:
    """The file and what it says with this fault. Raises KeyError for an unknown name, ValueError for a stale one."""
    if name in CHANGED:
        where, pairs = CHANGED[name]
        source = (CLOUD / where).read_text()
        for old, new in pairs:
            if source.count(old) != 1:
                raise ValueError(f"{where} says this {source.count(old)} times: {old}")
            source = source.replace(old, new)
        return CLOUD / where, source
    site = next((each for each in sites() if each.name == name), None)
    if site is None:
        raise KeyError(name)
    tree = ast.parse(site.file.read_text())
    return site.file, ast.unparse(ast.fix_missing_locations(_Dropping(site).visit(tree)))


class _Dropping(ast.NodeTransformer):
    """Takes one filter out."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def visit_If(self, node: ast.If) -> ast.AST:
        """What refuses, refusing nothing."""
        self.generic_visit(node)
        asked = self._site.call
        if (node.test.lineno, node.test.col_offset) == (asked.lineno, asked.col_offset):
            node.test = ast.Constant(False)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """The call without its filter."""
        self.generic_visit(node)
        call, argument = self._site.call, self._site.argument
        if (node.lineno, node.col_offset, node.end_col_offset) != (call.lineno, call.col_offset, call.end_col_offset):
            return node
        if argument is None:
            return node.args[0]
        left = [
            each for each in node.args if (each.lineno, each.col_offset) != (argument.lineno, argument.col_offset)
        ]
        assert isinstance(node.func, ast.Attribute)
        return ast.Call(node.func, left, node.keywords) if left else node.func.value


class _Loader(importlib.machinery.SourceFileLoader):
    """A module with a fault in it."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        """Of the changed source, past any cache."""
        return compile(self._source, self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, file: Path, source: str) -> None:
        self.module = ".".join(("aosedge", *file.relative_to(CLOUD.parent).with_suffix("").parts))
        self._file, self._source = str(file), source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Of the one module."""
        if fullname != self.module:
            return None
        return importlib.util.spec_from_loader(fullname, _Loader(fullname, self._file, self._source))


def hunt(name: str) -> str:
    """By which operation it was found; empty for one that survives."""
    file, source = changed(name)
    finder = _Finder(file, source)
    assert finder.module not in sys.modules
    sys.meta_path.insert(0, finder)
    from tests.system.access.matrix import hunted

    return hunted(_NOUNS.get(file.stem, file.stem.rstrip("s")))


if __name__ == "__main__":
    found_by = hunt(sys.argv[1])
    print(f"{sys.argv[1][:88]:88} {found_by or 'SURVIVED'}")
    sys.exit(0 if found_by else 1)
