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
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    authorizer = DummyAuthorizer()
    authorizer.add_user(user, password, root, perm="elradfmwMT")

    class Handler(TLS_FTPHandler):
        certfile = pem
        passive_ports = range(low, high + 1)

    Handler.authorizer = authorizer
    FTPServer((host, int(port)), Handler).serve_forever()


main()
