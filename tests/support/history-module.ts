import type { ComposeModule } from './compose-lane.ts';
import type { Deed, EditKind, HistoryModule } from './history.ts';

/** What the repository says of one module. */
export interface ModuleContent {
  readonly page: string;
  readonly pageName: string;
  readonly folder: string;
  readonly word: string;
  readonly conf: string;
  readonly notes: string;
  readonly greeting: string;
  readonly tag: '1' | '2';
  readonly replicas: number;
  readonly extras: readonly number[];
  /** How the version is broken, if it is. */
  readonly broken: keyof typeof BROKEN | undefined;
}

const BROKEN = {
  'break-start': { command: ['no-such-program'] },
  'break-health': {
    healthcheck: { test: ['CMD', 'false'], interval: '500ms', retries: 1 },
  },
  'break-exit': { command: ['sh', '-c', 'exit 3'] },
} as const;

export const FIRST_CONTENT: ModuleContent = {
  page: 'page',
  pageName: 'page',
  folder: 'folder',
  word: 'word',
  conf: 'conf',
  notes: 'notes',
  greeting: 'hello',
  tag: '1',
  replicas: 1,
  extras: [],
  broken: undefined,
};

type Edit = (content: ModuleContent, pick: number) => Partial<ModuleContent>;

const breakIt =
  (broken: keyof typeof BROKEN): Edit =>
  () => ({ broken });

const EDIT: Readonly<Record<Exclude<EditKind, 'revert'>, Edit>> = {
  'bound-file': (_, pick) => ({ page: `page ${pick}` }),
  'folder-file': (_, pick) => ({ folder: `folder ${pick}` }),
  'env-file': (_, pick) => ({ word: `word-${pick}` }),
  'config-file': (_, pick) => ({ conf: `conf ${pick}` }),
  'unmounted-file': (_, pick) => ({ notes: `notes ${pick}` }),
  'compose-key': (_, pick) => ({ greeting: `hello ${pick}` }),
  'image-tag': ({ tag }) => ({ tag: tag === '1' ? '2' : '1' }),
  replicas: (_, pick) => ({ replicas: 1 + (pick % 3) }),
  'rename-file': ({ pageName }) => ({
    pageName: pageName === 'page' ? 'sheet' : 'page',
  }),
  'add-service': ({ extras }, pick) => ({
    extras: [...new Set([...extras, pick % 5])],
  }),
  'remove-service': ({ extras }, pick) => ({
    extras: extras.filter((_, index) => index !== pick % extras.length),
  }),
  'break-start': breakIt('break-start'),
  'break-health': breakIt('break-health'),
  'break-exit': breakIt('break-exit'),
  mend: () => ({ broken: undefined }),
};

/** `past` is what was there before, the newest last. */
export function editContent(
  content: ModuleContent,
  past: readonly ModuleContent[],
  { kind, pick }: Deed,
): ModuleContent {
  if (kind === 'revert') return past.at(-1) ?? content;
  const edit: Edit | undefined = EDIT[kind as keyof typeof EDIT];
  return edit ? { ...content, ...edit(content, pick) } : content;
}

export function isEdit({ kind }: Deed): boolean {
  return kind === 'revert' || kind in EDIT;
}

/** `images` is what their tags are put behind. */
export function describeModule(
  module: HistoryModule,
  content: ModuleContent,
  images: string,
): ComposeModule {
  const { pageName, tag, replicas, greeting, broken } = content;
  const image = `${images}:${tag}`;
  const main = {
    image,
    env_file: ['./main.env'],
    environment: { GREETING: greeting },
    volumes: [`./www/${pageName}:/read/page:ro`, './www:/read/www:ro'],
    configs: [{ source: 'conf', target: '/read/conf' }],
    deploy: { replicas },
    ...(broken ? BROKEN[broken] : {}),
  };
  const extras = Object.fromEntries(
    content.extras.map((number) => [
      `${module}-extra-${number}`,
      { image, environment: { NUMBER: String(number) } },
    ]),
  );
  const services = { [`${module}-main`]: main, ...extras };
  return {
    compose: {
      services,
      configs: { conf: { file: './app.conf' } },
    },
    files: {
      'www/page': pageName === 'page' ? content.page : null,
      'www/sheet': pageName === 'sheet' ? content.page : null,
      'www/deep/file': content.folder,
      'main.env': `WORD=${content.word}\n`,
      'app.conf': content.conf,
      'notes.md': content.notes,
    },
    manifest: {
      health: { timeout: '6s', streak: 2, interval: '1s' },
      compose: { services: Object.keys(services) },
    },
  };
}
