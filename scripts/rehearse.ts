// npm run rehearse: takes the example platform through the lane, on a copy in
// a temporary folder, with this machine as the host. Needs git and Node; the
// compose modules need an engine as well.
import {
  prepareCommandModules,
  stopCommandModules,
  walkCommandModules,
} from './rehearse/command-modules.ts';
import { prepareComposeModules } from './rehearse/compose-copy.ts';
import { walkComposeModules } from './rehearse/compose-modules.ts';
import { makePlatformCopy } from './rehearse/platform-copy.ts';

const copy = makePlatformCopy();
let compose: Awaited<ReturnType<typeof prepareComposeModules>>;

function clean(): void {
  stopCommandModules(copy);
  compose?.remove();
  copy.remove();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    clean();
    process.exit(1);
  });
}

try {
  const ports = await prepareCommandModules(copy);
  compose = await prepareComposeModules(copy);
  copy.commit('.platform/gates.yaml', (text) =>
    text.replace('/opt/apply-gates', copy.host),
  );
  await walkCommandModules(copy, ports);
  if (compose) await walkComposeModules(copy, compose);
  copy.commit('surprise.txt', () => 'nobody knows this file\n');
  copy.rehearse('A path that no module and no rule knows', 4);
} finally {
  clean();
}
const failures = copy.failures();
console.log(
  failures === 0
    ? '\nEverything ended as it should.'
    : `\n${failures} checks failed.`,
);
process.exitCode = failures === 0 ? 0 : 1;
