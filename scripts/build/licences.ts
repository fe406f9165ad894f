import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface PackageLicence {
  readonly name: string;
  readonly version: string;
  readonly identifier: string;
  readonly text: string;
}

/** The licences of every package of which something is in the bundles. */
export function renderLicences(
  root: string,
  bundledFiles: readonly string[],
): string {
  const folders = new Set(bundledFiles.flatMap(packageFolderOf));
  const sections = [...folders]
    .map((folder) => readLicence(join(root, folder)))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map(
      ({ name, version, identifier, text }) =>
        `${name} ${version} (${identifier})\n\n${text}`,
    );
  return `${['The bundles in this folder contain parts of these packages.', ...sections].join(`\n\n${'-'.repeat(72)}\n\n`)}\n`;
}

/** `node_modules/@a/b/lib/c.js` -> `node_modules/@a/b`. */
function packageFolderOf(file: string): string[] {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
  return match?.[1] === undefined ? [] : [match[1]];
}

function readLicence(folder: string): PackageLicence {
  const manifest: unknown = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const identifier = field(manifest, 'license');
  return {
    name: field(manifest, 'name'),
    version: field(manifest, 'version'),
    identifier,
    text:
      file === undefined
        ? `The package brings no licence file; its package.json says ${identifier}.`
        : readFileSync(join(folder, file), 'utf8').replace(/\r/g, '').trim(),
  };
}

function field(manifest: unknown, name: string): string {
  const value: unknown = Reflect.get(Object(manifest), name);
  return typeof value === 'string' ? value : 'unknown';
}
