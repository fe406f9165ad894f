import { systemExec } from '../../adapters/exec.ts';
import { openRepository } from '../../adapters/git.ts';
import { parseRemoteAddress } from '../../adapters/git-remote.ts';
import {
  type ActionsSource,
  parseActionsSha,
  parseActionsUrl,
  parseVendorPath,
  sourceOfWorkflow,
} from '../../init/actions-source.ts';
import type { ForgeKind } from '../../init/forge-kind.ts';
import { readMark } from '../../init/workflow-file.ts';
import { ActionError, InputError } from '../../model/errors.ts';
import type { InitOptions } from './options.ts';
import type { Questions } from './questions.ts';

export interface ActionsRequest {
  readonly options: InitOptions;
  readonly forge: ForgeKind;
  readonly modulesDir: string;
  readonly version: string;
  /** Workflows that are there. */
  readonly present: readonly string[];
  readonly questions: Questions | undefined;
}

/** Where the actions come from: the options, what is there, or a person. */
export async function chooseActions(
  request: ActionsRequest,
): Promise<ActionsSource> {
  const { options, forge, questions } = request;
  const { actionsUrl, actionsSha, actionsTag, vendor } = options;
  const isRemote = [actionsUrl, actionsSha, actionsTag].some(
    (each) => each !== undefined,
  );
  if (vendor !== undefined) {
    if (isRemote) {
      throw new InputError('--vendor', vendor, 'either it or --actions-url');
    }
    const path = parseVendorPath(vendor, request.modulesDir);
    return { kind: 'vendored', path };
  }
  if (!isRemote) {
    const before = findSource(request);
    if (before) return before;
  }
  const url =
    actionsUrl ??
    (await questions?.ask('Address of the repository of apply-gates: '));
  if (!url) throw undecided('no repository of the actions is given');
  const place = parseActionsUrl(url, forge);
  const named =
    actionsSha ??
    actionsTag ??
    (await questions?.ask('Tag or full commit id of its release: '));
  if (!named) throw undecided('no commit of the actions is given');
  if (
    actionsTag === undefined &&
    (actionsSha || /^[0-9a-f]{40}$/.test(named))
  ) {
    return { kind: 'repository', url: place, sha: parseActionsSha(named) };
  }
  const sha = await resolveTag(place, named);
  return { kind: 'repository', url: place, sha, tag: named };
}

/**
 * What the workflows of an earlier run name. A newer program has other steps
 * and inputs, which the commit of before need not have.
 */
function findSource({
  present,
  version,
}: ActionsRequest): ActionsSource | undefined {
  for (const text of present) {
    const mark = readMark(text);
    const source = mark && sourceOfWorkflow(text);
    if (source?.kind === 'vendored') return source;
    if (source && mark?.version === version) return source;
  }
  return undefined;
}

function undecided(why: string): ActionError {
  return new ActionError('init/undecided', why, {
    remedy:
      'Give --actions-url https://<forge>/<owner>/<repository> with --actions-sha <40 hex digits> or --actions-tag <tag>; or --vendor .platform/apply-gates for a copy in this repository.',
  });
}

/** The commit of a tag; what an annotated tag stands for. */
async function resolveTag(url: string, tag: string): Promise<string> {
  const isName = /^[A-Za-z0-9][\w./-]{0,99}$/.test(tag) && !tag.includes('..');
  const allowed = `a tag of ${url}`;
  if (!isName) throw new InputError('--actions-tag', tag, allowed);
  const remote = parseRemoteAddress(url, { allowLocalPath: false });
  const ref = `refs/tags/${tag}`;
  const output = await openRepository(systemExec, process.cwd()).output(
    ['ls-remote', '--', remote.url, ref, `${ref}^{}`],
    { remote },
  );
  const lines = output.toString('utf8').trim().split('\n');
  const shas = new Map(
    lines.map((line) => {
      const [sha = '', name = ''] = line.split('\t');
      return [name, sha] as const;
    }),
  );
  const sha = shas.get(`${ref}^{}`) ?? shas.get(ref);
  if (sha === undefined || !/^[0-9a-f]{40}$/.test(sha)) {
    throw new InputError('--actions-tag', tag, allowed);
  }
  return sha;
}
