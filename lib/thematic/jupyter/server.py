"""What JupyterLab's server loads when it starts: the warm process, and the hooks of what is saved."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from thematic.jupyter.forking import nursery
from thematic.jupyter.saving import renew_commentary, settle_in_git, strip_notebook
from thematic.jupyter.transport import set_for_all

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "thematic.jupyter.server"}]


def _link_jupyter_server_extension(server: ServerApp) -> None:
    """Called first: before kernels are configured, and so that the warm process loads while the other extensions do."""
    set_for_all(server.config)
    nursery.warm_up()
    atexit.register(nursery.close)


def _load_jupyter_server_extension(server: ServerApp) -> None:
    for hook in (strip_notebook, renew_commentary):
        server.contents_manager.register_pre_save_hook(hook)
    if hasattr(server.contents_manager, "register_post_save_hook"):
        server.contents_manager.register_post_save_hook(settle_in_git)
