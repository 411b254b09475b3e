#!/usr/bin/env node
// Starts the built command. npm links this file before anything is built, so it must exist, and be plain JavaScript, in the repository.
import { existsSync } from 'node:fs';

const built = new URL('../dist/main.js', import.meta.url);

if (existsSync(built)) {
  await import(built.href);
} else {
  process.stderr.write(
    'duoport: this copy is not built yet. In the repository run "npm install && npm run build", then try again.\n',
  );
  process.exitCode = 1;
}
