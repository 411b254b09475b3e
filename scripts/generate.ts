// Pages made from the code: npm run generate writes them, and with --check it says which are out of date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { proofPage } from '@duoport/lab';
import { configPage, settingsSchemaFile } from './generate-config.ts';
import { findingsPage } from './generate-findings.ts';
import { importPage } from './generate-import.ts';
import { dashboardFile, metricsPage } from './generate-metrics.ts';
import { orderPage } from './generate-order.ts';
import { rfcPage } from './generate-rfc.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/rfc.md': rfcPage,
  'docs/reference/order.md': orderPage,
  'docs/reference/firewall-proof.md': proofPage,
  'docs/reference/doctor-findings.md': findingsPage,
  'docs/reference/config.md': configPage,
  'docs/reference/import.md': importPage,
  'docs/reference/metrics.md': metricsPage,
  'docs/reference/grafana-dashboard.json': dashboardFile,
  'docs/reference/duoport.schema.json': settingsSchemaFile,
};

const check = process.argv.includes('--check');
for (const [name, page] of Object.entries(pages)) {
  const file = path.join(root, name);
  const text = await page();
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (check) {
    console.error(`${name} is not what the code makes: run npm run generate`);
    process.exitCode = 1;
  } else {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`${name} written`);
  }
}
