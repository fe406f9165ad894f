import {
  type ComposeSubject,
  composeSettings,
} from '../../src/drivers/compose/compose-subject.ts';
import type { ReleaseFile } from '../../src/drivers/driver.ts';
import { parseManifest } from '../../src/model/manifest.ts';

/** What a test says of the module `web`, which lives in `modules/web`. */
export interface SubjectOptions {
  /** Lines of the manifest beyond the required ones. */
  readonly manifest?: string;
  readonly accepts?: ComposeSubject['policy']['allow_host_access'][string];
  readonly sacred?: readonly string[];
}

/** A subject as a plan request makes it, without a host. */
export function makeComposeSubject(
  options: SubjectOptions = {},
): ComposeSubject {
  const folder = 'modules/web';
  const text = `schema: 1\nid: web\nstateful: false\nhost: here\ndriver: compose\n${options.manifest ?? ''}`;
  const read = parseManifest(`${folder}/module.yaml`, text, 'web');
  if (!read.ok) throw new TypeError(JSON.stringify(read.problems));
  const release = {
    ...{ module: 'web', manifest: read.value, folder },
    ...{ sha: 'a'.repeat(40), tree: 'b'.repeat(64), files: async () => [] },
  };
  return {
    ...{ module: 'web', manifest: read.value, folder },
    settings: composeSettings(release),
    base: '/opt/apply-gates/web',
    host: 'here',
    policy: {
      allow_host_access: options.accepts ? { web: options.accepts } : {},
      sacred: {
        paths: [...(options.sacred ?? [])],
        modules: [],
        commands: [],
      },
    },
    redact: (text) => text,
  };
}

/** Files of a release; names without a `/` lie in the module's folder. */
export function makeReleaseFiles(
  contents: Readonly<Record<string, string | { readonly link: string }>>,
): ReleaseFile[] {
  return Object.entries(contents).map(([name, content]) => ({
    path: name.startsWith('/') ? name.slice(1) : `modules/web/${name}`,
    mode: typeof content === 'string' ? '100644' : '120000',
    content: Buffer.from(typeof content === 'string' ? content : content.link),
  }));
}
