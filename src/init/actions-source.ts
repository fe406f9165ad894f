import { InputError } from '../model/errors.ts';
import { isContainedPath } from '../model/identifiers.ts';
import type { ForgeKind } from './forge-kind.ts';

/** Where the workflows take the actions from. */
export type ActionsSource =
  | {
      readonly kind: 'repository';
      /** `https://host/owner/name`, without `.git`. */
      readonly url: string;
      readonly sha: string;
      /** What the commit was called, where somebody gave that. */
      readonly tag?: string;
    }
  | { readonly kind: 'vendored'; readonly path: string };

const ADDRESS =
  /^(?<url>https?:\/\/[A-Za-z0-9.-]+(?::\d+)?(?:\/[\w.-]+)*\/[\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/;

/** The address of the repository of the actions, in the form of the forge. */
export function parseActionsUrl(text: string, forge: ForgeKind): string {
  const url = ADDRESS.exec(text)?.groups?.['url'];
  const isPlain = url !== undefined && !/\/\.\.?(?:\/|$)/.test(url);
  if (isPlain && (forge === 'forgejo' || hostOf(url) === 'github.com')) {
    return url;
  }
  throw new InputError(
    '--actions-url',
    text,
    forge === 'github'
      ? 'https://github.com/<owner>/<repository>, the only place that GitHub takes actions from; or --vendor <path>'
      : 'https://<forge>/<owner>/<repository>',
  );
}

function hostOf(url: string): string {
  return new URL(url).hostname;
}

export function parseActionsSha(text: string): string {
  if (/^[0-9a-f]{40}$/.test(text) && !/^0+$/.test(text)) return text;
  throw new InputError(
    '--actions-sha',
    text,
    'the full commit id of a release, 40 lower-case hex digits; or --actions-tag <tag>',
  );
}

export function parseVendorPath(text: string, modulesDir: string): string {
  const path = text.replace(/\/+$/, '');
  const inModules = path === modulesDir || path.startsWith(`${modulesDir}/`);
  const isPlain = /^[A-Za-z0-9._/-]+$/.test(path) && isContainedPath(path);
  if (isPlain && !inModules && path.split('/')[0] !== '.git') return path;
  throw new InputError(
    '--vendor',
    text,
    `a path in the repository of letters, digits, ., _, - and /, outside of ${modulesDir}/, such as .platform/apply-gates`,
  );
}

/** What stands behind `uses:` for one of the actions. */
export function usesOf(
  action: string,
  source: ActionsSource,
  forge: ForgeKind,
): string {
  if (source.kind === 'vendored') return `./${source.path}/actions/${action}`;
  const place =
    forge === 'github' ? new URL(source.url).pathname.slice(1) : source.url;
  const comment = source.tag === undefined ? '' : ` # ${source.tag}`;
  return `${place}/actions/${action}@${source.sha}${comment}`;
}

/** The source that a workflow of init was written with. */
export function sourceOfWorkflow(text: string): ActionsSource | undefined {
  const found =
    /^\s*- (?:id: \S+\s+)?uses: (?<place>\S+)\/actions\/[a-z-]+(?:@(?<sha>[0-9a-f]{40})(?: # (?<tag>\S+))?)?$/m.exec(
      text,
    )?.groups;
  const place = found?.['place'];
  if (place === undefined) return undefined;
  if (place.startsWith('./')) return { kind: 'vendored', path: place.slice(2) };
  const [sha, tag] = [found?.['sha'], found?.['tag']];
  if (sha === undefined) return undefined;
  const url = place.includes('://') ? place : `https://github.com/${place}`;
  return {
    ...{ kind: 'repository', url, sha },
    ...(tag === undefined ? {} : { tag }),
  };
}
