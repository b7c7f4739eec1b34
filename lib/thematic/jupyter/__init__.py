"""What makes JupyterLab the workbench of an analyst: the kernel that is ready, saving, committing, buttons."""
