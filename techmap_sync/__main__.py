"""``python -m techmap_sync``: the same program."""

from techmap_sync.cli.main import main

main()
