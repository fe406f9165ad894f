import { openBranchClone } from '../../src/adapters/branch-clone.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { type Exec, systemExec } from '../../src/adapters/exec.ts';
import { parseRemoteAddress } from '../../src/adapters/git-remote.ts';
import { openStateStore } from '../../src/state/store.ts';

// A writer in a process of its own, which kills itself before the given step:
// state-writer.ts <repository> <folder> <line> <step>
const [address = '', folder = '', line = '', step = '0'] =
  process.argv.slice(2);

let left = Number(step);
const exec: Exec = {
  run: (command) => {
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    return systemExec.run(command);
  },
};
const branch = 'platform-state';
const remote = parseRemoteAddress(address, { allowLocalPath: true });
const clone = openBranchClone({ exec, remote, branch, folder });
const store = openStateStore({ clone, branch, clock: systemClock });
await store.commit({
  message: `append ${line}`,
  update: async (snapshot) => {
    const before = (await snapshot.read('state/log')) ?? '';
    return new Map([['state/log', `${before}${line}\n`]]);
  },
});
if (left === 1) process.kill(process.pid, 'SIGKILL');
clone.close();
