import { type Exec, systemExec } from '../../src/adapters/exec.ts';

/** An exec that counts what git is asked to say to a remote. */
export interface CountingExec {
  readonly exec: Exec;
  count(verb: 'fetch' | 'push' | 'ls-remote'): number;
}

export function makeCountingExec(): CountingExec {
  const verbs: string[] = [];
  const isVerb = (each: string) => /^(?:fetch|push|ls-remote)$/.test(each);
  return {
    count: (verb) => verbs.filter((each) => each === verb).length,
    exec: {
      run: (command) => {
        const verb = command.args.find(isVerb);
        if (command.file.endsWith('git') && verb) verbs.push(verb);
        return systemExec.run(command);
      },
    },
  };
}
