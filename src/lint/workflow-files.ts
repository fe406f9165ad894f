/** Where forges look for workflows. */
export const WORKFLOW_FOLDERS = [
  '.forgejo/workflows',
  '.gitea/workflows',
  '.github/workflows',
] as const;

/** True for the path of a workflow that some forge would run. */
export function isWorkflowPath(path: string): boolean {
  return /^\.(?:forgejo|gitea|github)\/workflows\/[^/]+\.ya?ml$/.test(path);
}

/** Which forges run a file; one that lies elsewhere is meant for both. */
export function forgesOf(file: string): {
  readonly forgejo: boolean;
  readonly github: boolean;
} {
  const folder = /(?:^|\/)\.(github|forgejo|gitea)\/workflows\//.exec(
    file,
  )?.[1];
  return {
    forgejo: folder !== 'github',
    github: (folder ?? 'github') === 'github',
  };
}
