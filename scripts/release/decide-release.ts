import type { ReleaseFacts } from './release-facts.ts';

export interface ReleaseTags {
  /** `v1.2.3`, which never moves. */
  readonly exact: string;
  /** `v1`, which goes along. */
  readonly major: string;
}

export function tagsOf(version: string): ReleaseTags {
  return { exact: `v${version}`, major: `v${version.split('.')[0]}` };
}

/** Everything that stands against a release, each with what to do. */
export function findObstacles(facts: ReleaseFacts): string[] {
  const { version, branch, dirty, notes } = facts;
  if (!/^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}$/.test(version)) {
    return [`package.json says version ${version}, which is not X.Y.Z`];
  }
  return [
    ...(branch === 'main'
      ? []
      : [`this is ${branch || 'no branch'}: releases are made of main`]),
    ...(dirty.length === 0
      ? []
      : [`the tree is not clean; commit or remove: ${dirty.join(', ')}`]),
    ...(notes === undefined
      ? [
          `CHANGELOG.md has no section "## [${version}] - <date>" with something in it`,
        ]
      : []),
    ...findTakenTags(facts),
    ...checkRemote(facts),
  ];
}

function findTakenTags({ version, tags, remote, isBefore }: ReleaseFacts) {
  const { exact, major } = tagsOf(version);
  const places = [
    ['here', tags],
    [`on ${remote?.name}`, remote?.tags ?? new Map<string, string>()],
  ] as const;
  return places.flatMap(([where, known]) => {
    const newer = [...known.keys()].filter((tag) => isNewer(tag, exact));
    const moving = known.get(major);
    return [
      ...(known.has(exact)
        ? [`the tag ${exact} is ${where}: it never moves; take another version`]
        : []),
      ...(newer.length > 0
        ? [`${newer.join(', ')} is ${where}: ${exact} would be older`]
        : []),
      ...(moving !== undefined && !isBefore(moving)
        ? [
            `${major} ${where} is at ${moving}, which this commit does not come after: fetch, and look`,
          ]
        : []),
    ];
  });
}

function checkRemote({ remote, head }: ReleaseFacts): string[] {
  if (remote === undefined) return [];
  if (remote.tags === undefined) {
    return [`${remote.name} could not be asked which tags it has`];
  }
  return remote.main === head
    ? []
    : [
        `main on ${remote.name} is at ${remote.main ?? 'nothing'}, not at ${head}: push it first, and wait for its checks`,
      ];
}

function isNewer(tag: string, than: string): boolean {
  const [left, right] = [tag, than].map((name) =>
    /^v(\d+)\.(\d+)\.(\d+)$/.exec(name)?.slice(1).map(Number),
  );
  if (!left || !right) return false;
  const at = left.findIndex((part, index) => part !== right[index]);
  return at >= 0 && (left[at] ?? 0) > (right[at] ?? 0);
}
