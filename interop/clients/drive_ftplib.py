"""Does with Python's ftplib what the JSON on standard input says. The dialogue goes to standard output."""

import ftplib
import json
import os
import socket
import ssl
import sys


def with_mode(base, mode):
    """ftplib picks PASV or PORT over IPv4 and EPSV or EPRT over IPv6. Here the mode is asked for by name."""

    class WithMode(base):
        def makepasv(self):
            if mode == "EPSV":
                return ftplib.parse229(self.sendcmd("EPSV"), self.sock.getpeername())
            return ftplib.parse227(self.sendcmd("PASV"))

        def makeport(self):
            listener = socket.create_server((self.sock.getsockname()[0], 0), family=self.af, backlog=1)
            host, port = listener.getsockname()[:2]
            (self.sendeprt if mode == "EPRT" else self.sendport)(host, port)
            listener.settimeout(self.timeout)
            return listener

    return WithMode


class ReusingTLS(ftplib.FTP_TLS):
    """Data connections take up the TLS session of the control connection (ftplib itself does not, bpo-19500)."""

    def ntransfercmd(self, cmd, rest=None):
        conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        if self._prot_p:
            conn = self.context.wrap_socket(conn, server_hostname=self.host, session=self.sock.session)
            print("data connection reuses the session:", conn.session_reused)
        return conn, size


def connect(order):
    if order["tls"] == "none":
        ftp = with_mode(ftplib.FTP, order["mode"])(encoding="latin-1", timeout=30)
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[order["tls"]]
        context.minimum_version = context.maximum_version = version
        ftp = with_mode(ReusingTLS, order["mode"])(context=context, encoding="latin-1", timeout=30)
    ftp.set_debuglevel(1)
    ftp.connect(order["host"], order["port"])
    ftp.login(order["user"], order["password"])
    if order["tls"] != "none":
        ftp.prot_p()
    ftp.set_pasv(order["mode"] in ("PASV", "EPSV"))
    return ftp


def do(ftp, act, remote, local):
    if act == "get":
        with open(local, "wb") as file:
            ftp.retrbinary("RETR " + remote, file.write, blocksize=1 << 16)
    elif act == "put":
        with open(local, "rb") as file:
            ftp.storbinary("STOR " + remote, file, blocksize=1 << 16)
    elif act == "resume-get":
        with open(local, "ab") as file:
            ftp.retrbinary("RETR " + remote, file.write, rest=os.path.getsize(local))
    elif act == "resume-put":
        ftp.voidcmd("TYPE I")
        there = ftp.size(remote)
        with open(local, "rb") as file:
            file.seek(there)
            ftp.storbinary("STOR " + remote, file, rest=there)
    elif act == "mkdir":
        ftp.mkd(remote)
    elif act == "list":
        names = [os.path.basename(name) for name in ftp.nlst(remote)]
        with open(local, "wb") as file:
            file.write("".join(name + "\n" for name in names).encode("latin-1"))


def main():
    order = json.load(sys.stdin)
    ftp = connect(order)
    for act, remote, local in order["jobs"]:
        do(ftp, act, remote, local)
    ftp.quit()


main()
