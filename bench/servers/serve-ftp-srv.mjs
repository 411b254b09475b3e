// Serves a folder with ftp-srv: HOST PORT LOW HIGH ROOT USER PASSWORD CERTIFICATE KEY. Nothing is logged.
import { readFileSync } from 'node:fs';
import { FtpSrv } from 'ftp-srv';

const [host, port, low, high, root, user, password, certificate, key] = process.argv.slice(2);
const silent = () => undefined;
const log = {
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  fatal: silent,
  child: () => log,
};

const server = new FtpSrv({
  url: `ftp://${host}:${port}`,
  pasv_url: host,
  pasv_min: Number(low),
  pasv_max: Number(high),
  tls: { cert: readFileSync(certificate), key: readFileSync(key) },
  timeout: 0,
  log,
});
server.on('login', ({ username, password: given }, resolve, reject) => {
  if (username === user && given === password) resolve({ root });
  else reject(new Error('wrong user or password'));
});
await server.listen();
