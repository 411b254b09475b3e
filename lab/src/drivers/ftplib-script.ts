/**
 * Does with Python's ftplib what the JSON on standard input says. ftplib picks PORT over IPv4 and EPRT over IPv6; here the
 * verb is asked for by name. When something goes wrong it says in JSON where, what and after how long, and exits with 3.
 */
export const ftplibScript = `
import ftplib, json, socket, ssl, sys, time

order = json.load(sys.stdin)
verb = order["verb"]
at = {"step": "control", "since": time.monotonic()}

def step(name):
    at["step"] = name
    at["since"] = time.monotonic()

def listener(family, address):
    ports = order["ports"]
    for port in range(ports["low"], ports["high"] + 1):
        try:
            return socket.create_server((address, port), family=family, backlog=1)
        except OSError:
            if port == ports["high"]:
                raise

class Driven(ftplib.FTP_TLS if order["secure"] else ftplib.FTP):
    trust_server_pasv_ipv4_address = order["obey"]

    def makepasv(self):
        step("command")
        if verb == "EPSV":
            host, port = ftplib.parse229(self.sendcmd("EPSV"), self.sock.getpeername())
        else:
            told, port = ftplib.parse227(self.sendcmd("PASV"))
            host = told if order["obey"] else self.sock.getpeername()[0]
        step("data")
        return host, port

    def makeport(self):
        own = self.sock.getsockname()[0]
        waiting = listener(self.af, own)
        host, port = order["external"] or own, waiting.getsockname()[1]
        step("command")
        (self.sendeprt if verb == "EPRT" else self.sendport)(host, port)
        step("data")
        waiting.settimeout(self.timeout)
        return waiting

def connect():
    kind = {"encoding": "latin-1", "timeout": order["timeout"]}
    if order["secure"]:
        kind["context"] = ssl._create_unverified_context()
    ftp = Driven(**kind)
    ftp.connect(order["host"], order["port"])
    ftp.login(order["user"], order["password"])
    if order["secure"]:
        ftp.prot_p()
    ftp.set_pasv(verb in ("PASV", "EPSV"))
    return ftp

def do(ftp, act, remote, local):
    if act == "STOR":
        with open(local, "rb") as file:
            ftp.storbinary("STOR " + remote, file)
    elif act == "RETR":
        with open(local, "wb") as file:
            ftp.retrbinary("RETR " + remote, file.write)
    else:
        with open(local, "w") as file:
            ftp.retrlines("LIST", lambda line: file.write(line + "\\n"))

try:
    ftp = connect()
    time.sleep(order["idle"])
    for act, remote, local in order["jobs"]:
        do(ftp, act, remote, local)
    step("control")
    ftp.quit()
except (OSError, EOFError, ftplib.Error) as error:
    took = (time.monotonic() - at["since"]) * 1000
    text = str(error) or type(error).__name__
    print(json.dumps({"step": at["step"], "error": text, "took": took}))
    sys.exit(3)
`;
