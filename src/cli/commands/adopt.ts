import {
  draftModule,
  type ModuleDraft,
} from '../../drivers/compose/adopt/draft-module.ts';
import { locateProject } from '../../drivers/compose/adopt/locate-project.ts';
import { isBelow } from '../../drivers/compose/source/release-paths.ts';
import type { Plan } from '../../model/plan.ts';
import {
  exitStatusOfVerdict,
  type Finding,
  passVerdict,
  refuseVerdict,
} from '../../model/verdict.ts';
import { type AdminRun, withAdmin } from '../admin-run.ts';
import {
  type AdoptOptions,
  parseProject,
  parseServices,
} from '../adopt/adopt-options.ts';
import { askPaths, askProject } from '../adopt/ask-project.ts';
import { checkAdopted, noteContainers } from '../adopt/check-adopted.ts';
import { planDraft } from '../adopt/plan-draft.ts';
import { ownContainers, requestDraft } from '../adopt/request-draft.ts';
import { ADOPT, nextSteps, tellContainers } from '../adopt/tell-adoption.ts';
import { openDraft, renderDraft, writeDraft } from '../draft-files.ts';
import type { Terminal } from '../terminal.ts';

/**
 * Drafts the module that a running project is, and plans it before anything
 * is written. On the host it only looks.
 */
export function adopt(name: string, options: AdoptOptions) {
  return (terminal: Terminal): Promise<number> =>
    withAdmin(options.host, options, terminal, async (admin) => {
      const project = parseProject(name);
      const running = await askProject(admin.access, project, admin.host);
      const own = ownContainers(running, options);
      const containers = noteContainers(own);
      tellContainers(containers, terminal);
      if (options.check !== undefined) {
        const verdict = checkAdopted(options.check, containers);
        terminal.verdict(verdict);
        terminal.document({ verdict, containers });
        return exitStatusOfVerdict(verdict);
      }
      const place = locateProject(own, admin.host.runtime_root);
      if (!place.ok) return refuse(place.findings, { containers }, terminal);
      const asked = await askPaths(admin.access, {
        ...{ running, folder: place.folder, files: place.files },
        services: parseServices(options.services),
      });
      const request = { ...place, ...asked, running, project };
      const drafted = draftModule(await requestDraft(request, options, admin));
      if (!drafted.ok)
        return refuse(drafted.findings, { containers }, terminal);
      return offer(drafted.draft, {
        admin,
        containers,
        options,
        project,
        terminal,
      });
    });
}

interface Offer {
  readonly admin: AdminRun;
  readonly containers: ReturnType<typeof noteContainers>;
  readonly options: AdoptOptions;
  readonly project: string;
  readonly terminal: Terminal;
}

/** Shows what would be written and what it would mean; then asks. */
async function offer(drafted: ModuleDraft, offered: Offer): Promise<number> {
  const { admin, containers, options, terminal } = offered;
  const { files, manifest, moved, notes } = drafted;
  const draft = openDraft(admin.run.repo, files);
  for (const line of await renderDraft(draft)) terminal.line(line);
  for (const note of notes) terminal.line(`note: ${note}`);
  const { findings, plan } = await planDraft(
    { module: manifest.id, files },
    options,
    admin,
    terminal,
  );
  const told = {
    ...{ containers, notes, module: manifest.id },
    files: draft.changes.map(({ kind, path }) => ({ path, kind })),
    host_files: manifest.host_files,
    host_dirs: manifest.host_dirs,
    plan,
  };
  if (findings.length > 0 && !options.unproven) {
    return refuse(findings, told, terminal);
  }
  const code = await writeDraft(draft, options);
  const { modules_dir } = admin.subject.policy;
  const moduleFolder = `${modules_dir}/${manifest.id}`;
  const elsewhere = draft.changes
    .filter(({ kind, path }) => kind !== 'same' && !isBelow(path, moduleFolder))
    .map(({ path }) => path);
  const place = { project: offered.project, moduleFolder, elsewhere, moved };
  const next = nextSteps(manifest, place, options);
  const verdict = passVerdict(ADOPT, code, describe(plan, files.length), {
    modules: [manifest.id],
    findings,
  });
  terminal.verdict(verdict);
  for (const line of next) terminal.line(`  ${line}`);
  terminal.document({ verdict, ...told, next });
  return 0;
}

function describe(plan: Plan | null, files: number): string {
  const what =
    plan?.exit_code === 0
      ? `in sync${plan.adopted ? ', to be adopted' : ''}: an apply would restart nothing`
      : 'not proven in sync';
  return `${files} files; ${what}`;
}

function refuse(
  findings: readonly Finding[],
  told: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): number {
  const [first, ...others] = findings;
  if (!first) throw new TypeError('nothing to refuse for');
  const verdict = refuseVerdict(ADOPT, [first, ...others]);
  terminal.verdict(verdict);
  terminal.document({ verdict, ...told });
  return exitStatusOfVerdict(verdict);
}
