import { relative } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { discoverEntries } from './entries.ts';
import { renderLicences } from './licences.ts';

/** Path below dist/ -> content. */
export type Bundles = ReadonlyMap<string, Uint8Array>;

/**
 * `@actions/core` imports an HTTP client for a token that we never ask for.
 * Its packages do nothing when they are imported, but do not say so; told so,
 * esbuild leaves out what is not used (see docs/decisions/0004).
 */
const actionsPackagesHaveNoSideEffects: Plugin = {
  name: 'actions-packages-have-no-side-effects',
  setup({ onResolve, resolve }) {
    const inside = Symbol('inside');
    onResolve(
      { filter: /^@actions\/|\/oidc-utils\.js$/ },
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

/** Bundled CommonJS asks for Node's own modules with `require`. */
const REQUIRE_BANNER =
  "import{createRequire as nodeCreateRequire}from'node:module';const require=nodeCreateRequire(import.meta.url);";

const OPTIONS = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  entryNames: '[name]',
  chunkNames: 'chunks/[name]-[hash]',
  banner: { js: REQUIRE_BANNER },
  minify: true,
  // Their texts are in LICENSES.txt, once.
  legalComments: 'none',
  metafile: true,
  write: false,
  logLevel: 'error',
  plugins: [actionsPackagesHaveNoSideEffects],
} as const satisfies BuildOptions;

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
  const bundles = (result.outputFiles ?? []).map(
    ({ path, contents }) => [relative(outdir, path), contents] as const,
  );
  const used = Object.values(result.metafile?.outputs ?? {}).flatMap(
    ({ inputs }) =>
      Object.entries(inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([file]) => file),
  );
  const text = new TextEncoder();
  return new Map(
    [
      ...bundles.map(([path, contents]) =>
        path === 'cli.js'
          ? ([path, withHashbang(contents)] as const)
          : ([path, contents] as const),
      ),
      ['LICENSES.txt', text.encode(renderLicences(root, used))] as const,
    ].sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}

function withHashbang(contents: Uint8Array): Uint8Array {
  const text = Buffer.from(contents).toString('utf8');
  return text.startsWith('#!')
    ? contents
    : Buffer.from(`#!/usr/bin/env node\n${text}`);
}
