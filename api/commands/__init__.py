"""What the commands do, one module per group; `api.cli` declares them and loads these when they are called."""
