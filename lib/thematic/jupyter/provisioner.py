"""Starts the kernels of the kernelspec `thematic`: forked from a warm process where there is one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from thematic.jupyter.forking import Orders, nursery
from thematic.jupyter.transport import set_for

_UNDERSTOOD = {"cwd", "env", "extra_arguments", "kernel_id"}
_READ_AT_START = ("PYTHON", "LD_", "DYLD_", "LC_", "LANG")


class WarmProvisioner(LocalProvisioner):
    """jupyter_client's provisioner of local kernels, which start at once where the server has warmed up.

    A kernel is started as any other where it has not, where the system knows no fork, and where it is asked for with
    something that a process has to be started with.
    """

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Chooses how the kernel is spoken to, before its connection file is written."""
        if self.parent is not None:
            set_for(self.parent)
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Starts the kernel, and says where it can be reached."""
        folder = Path(kwargs.get("cwd") or Path.cwd())
        environment = kwargs.get("env") or os.environ
        if not set(kwargs) <= _UNDERSTOOD or _started_with(environment) != _started_with(os.environ):
            return await super().launch_kernel(cmd, **kwargs)
        orders = Orders(_argv(cmd), {**environment, "JPY_PARENT_PID": str(os.getpid())}, str(folder))
        try:
            forked = await asyncio.to_thread(nursery.fork, orders) if folder.is_dir() else None
        except (OSError, EOFError) as error:
            self.log.warning("The kernel starts without the warm process, which failed: %r", error)
            forked = None
        if forked is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process = cast(Any, forked)  # as much of a Popen as is made use of
        self.pid = self.pgid = forked.pid
        self.cwd = folder
        return self.connection_info


def _argv(command: list[str]) -> list[str]:
    """The arguments as the module behind `python -m module arguments` sees them."""
    return command[2:] if command[1:2] == ["-m"] else command[1:]


def _started_with(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that a process heeds when it starts and never again."""
    return {name: value for name, value in environment.items() if name.startswith(_READ_AT_START)}
