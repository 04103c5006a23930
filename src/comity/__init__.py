# SPDX-License-Identifier: Apache-2.0
"""Comity: the node a country runs to fight spam together with other countries.

For notebooks and other tools, the core as typed functions:

    import comity
    comity.analyse(raw)            # a tuple of Analysis
    comity.trace(raw, trust=None)  # a Trace
    comity.message(raw)            # a Message

These store nothing and look nothing up. `comity.knowledge(...)` makes what they depend on.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from comity.version import __version__

if TYPE_CHECKING:
    from comity.bootstrap.knowledge import knowledge
    from comity.bootstrap.library import analyse, message, trace

__all__ = ["__version__", "analyse", "knowledge", "message", "trace"]

_HOMES = {
    "analyse": "comity.bootstrap.library",
    "message": "comity.bootstrap.library",
    "trace": "comity.bootstrap.library",
    "knowledge": "comity.bootstrap.knowledge",
}


class _Comity(ModuleType):
    """This module with its functions found late: `import comity` alone costs nothing.

    `trace` and `message` are rooms as well as functions. The import system would put the room in
    the function's place; the properties below keep the function, and `from comity.trace import …`
    still finds the room, since it asks `sys.modules`.
    """

    def __getattr__(self, name: str) -> Any:
        if name in _HOMES:
            return getattr(import_module(_HOMES[name]), name)
        raise AttributeError(f"module 'comity' has no attribute {name!r}")

    trace = property(lambda self: self.__getattr__("trace"), lambda self, room: None)
    message = property(lambda self: self.__getattr__("message"), lambda self, room: None)


sys.modules[__name__].__class__ = _Comity
