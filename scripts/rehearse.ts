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
import { makePlatformCopy, waitForHost } from './rehearse/platform-copy.ts';

const copy = makePlatformCopy();
let compose: Awaited<ReturnType<typeof prepareComposeModules>>;

// The lane that runs hears the signal, too, and ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, copy.stop);
}

try {
  const ports = await prepareCommandModules(copy);
  compose = await prepareComposeModules(copy);
  copy.commit('.platform/gates.yaml', (text) =>
    text.replace('/opt/apply-gates', copy.host),
  );
  copy.acknowledge();
  await walkCommandModules(copy, ports);
  if (compose) await walkComposeModules(copy, compose);
  copy.commit('surprise.txt', () => 'nobody knows this file\n');
  await copy.rehearse('A path that no module and no rule knows', 4);
} finally {
  waitForHost(copy);
  stopCommandModules(copy);
  compose?.remove();
  copy.remove();
}
const failures = copy.failures();
console.log(
  failures === 0
    ? '\nEverything ended as it should.'
    : `\n${failures} checks failed.`,
);
process.exitCode = failures === 0 ? 0 : 1;
