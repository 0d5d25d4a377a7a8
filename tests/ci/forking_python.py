"""In the place of a job's Python: lets the process of ``tests/forked.py`` run the program, and ends as it ended."""

import json
import os
import socket
import sys

way, *asked = sys.argv[1:]
assert asked[:3] == ["-I", "-m", "techmap_sync"], asked
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
with socket.socket(fileno=int(way)) as origin, theirs:
    request = json.dumps([asked[3:], os.getcwd(), dict(os.environ)]).encode()  # noqa: PTH109
    socket.send_fds(origin, [request], [0, 1, 2, theirs.fileno()])
ours.recv(100)  # the number of the run
sys.exit(json.loads(ours.recv(100)))
