/** The forges whose workflows init can write. */
export const FORGES = ['forgejo', 'github'] as const;

export type ForgeKind = (typeof FORGES)[number];

export const WORKFLOW_FOLDER: Readonly<Record<ForgeKind, string>> = {
  forgejo: '.forgejo/workflows',
  github: '.github/workflows',
};

const KNOWN_FORGEJO = /(?:^|[/@.])codeberg\.org(?:[:/]|$)/;
const GITHUB = /(?:^|[/@])github\.com(?:[:/]|$)/;

export type ForgeGuess =
  | { readonly kind: ForgeKind }
  /** Why nobody can say. */
  | { readonly kind: undefined; readonly why: string };

/** Which forge a repository is on, where all that speaks of it says the same. */
export function guessForge(
  remote: string | undefined,
  paths: readonly string[],
): ForgeGuess {
  const has = (folder: string) =>
    paths.some((path) => path.startsWith(`${folder}/`));
  const signs = [
    ...(GITHUB.test(remote ?? '') ? [sign('github', 'origin')] : []),
    ...(KNOWN_FORGEJO.test(remote ?? '') ? [sign('forgejo', 'origin')] : []),
    ...(has('.forgejo') ? [sign('forgejo', '.forgejo')] : []),
    ...(has('.gitea') ? [sign('forgejo', '.gitea')] : []),
    ...(has('.github/workflows') ? [sign('github', '.github/workflows')] : []),
  ];
  const [first, ...others] = signs;
  if (first && others.every(({ kind }) => kind === first.kind)) return first;
  const said = signs.map(({ from, kind }) => `${from}: ${kind}`).join(', ');
  return {
    kind: undefined,
    why: first
      ? `the repository speaks of two forges (${said})`
      : 'neither origin nor a folder says which forge this is for',
  };
}

function sign(kind: ForgeKind, from: string) {
  return { kind, from };
}
