"""Serves a folder with pyftpdlib: HOST PORT LOW-HIGH ROOT USER PASSWORD PEM. TLS is offered, not required."""

import logging
import sys
import warnings

warnings.simplefilter("ignore")  # asyncore and old OpenSSL names

from pyftpdlib.authorizers import DummyAuthorizer  # noqa: E402
from pyftpdlib.handlers import TLS_FTPHandler  # noqa: E402
from pyftpdlib.servers import FTPServer  # noqa: E402


def main():
    host, port, ports, root, user, password, pem = sys.argv[1:]
    low, high = (int(end) for end in ports.split("-"))
    logging.basicConfig(level=logging.ERROR)
    authorizer = DummyAuthorizer()
    authorizer.add_user(user, password, root, perm="elradfmwMT")

    class Handler(TLS_FTPHandler):
        certfile = pem
        passive_ports = range(low, high + 1)

    Handler.authorizer = authorizer
    server = FTPServer((host, int(port)), Handler, backlog=4096)
    server.max_cons = 0
    server.max_cons_per_ip = 0
    server.serve_forever()


main()
