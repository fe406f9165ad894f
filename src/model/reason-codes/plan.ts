import type { ReasonTable } from './reason.ts';

/** Codes of `module-plan` and `plan-noop-guard`. */
export const PLAN_REASONS = {
  'plan/in-sync': {
    exit: 0,
    cause: 'Applying would change nothing that runs.',
    remedy: '',
  },
  'plan/drift-allowed': {
    exit: 0,
    cause: 'Applying would change something, and this lane may do so.',
    remedy: '',
  },
  'plan/drift': {
    exit: 1,
    cause:
      'Applying would change something. The action exits 0 and says so in exit-code; the command line exits 1.',
    remedy: '',
  },
  'plan/error': {
    exit: 3,
    cause: 'The plan could not be made.',
    remedy: 'Read the message of the plan command, correct it and push again.',
  },
  'plan/host-unreachable': {
    exit: 3,
    cause: 'The host could not be reached.',
    remedy:
      'Check address, port, user and key of the host in the policy, and that the runner can reach it.',
  },
  'plan/host-key': {
    exit: 3,
    cause: 'The key of the host is not the one in the known_hosts file.',
    remedy:
      'Compare the key on the host itself with the known_hosts file; merge a correction only if the host is yours.',
  },
  'plan/drift-refused': {
    exit: 5,
    cause: 'The plan is not in sync, and only an in-sync plan may go on.',
    remedy:
      'Read what the plan would change; bring it in through the approved lane.',
  },
  'plan/missing': {
    exit: 5,
    cause: 'There is no plan for a module, or there are several.',
    remedy: 'Run module-plan for exactly the modules asked for.',
  },
  'plan/wrong-module': {
    exit: 5,
    cause: 'A plan is for a module that was not asked for.',
    remedy: 'Run module-plan for exactly the modules asked for.',
  },
  'plan/malformed': {
    exit: 5,
    cause: 'A plan cannot be read, or contradicts itself.',
    remedy: 'Make the plan again; do not edit it.',
  },
  'plan/digest-mismatch': {
    exit: 5,
    cause: 'The content of the plan does not match its digest.',
    remedy: 'Make the plan again; do not edit it.',
  },
  'plan/wrong-source': {
    exit: 5,
    cause: 'The plan was made from another commit.',
    remedy: 'Make the plan again from the commit that is to be applied.',
  },
  'plan/expired': {
    exit: 5,
    cause: 'The plan is older than max-age allows, or comes from the future.',
    remedy: 'Make the plan again.',
  },
  'plan/destructive': {
    exit: 5,
    cause: 'The plan would destroy something.',
    remedy:
      'Read which resource; only the approved lane can allow it, by name.',
  },
  'plan/sacred': {
    exit: 5,
    cause: 'The plan touches something the policy calls sacred.',
    remedy: 'Take it out of the change. There is no exception.',
  },
  'plan/host-file-missing': {
    exit: 5,
    cause: 'A file or folder that must be on the host is not there.',
    remedy: 'Put it into the shared folder of the module on the host.',
  },
  'plan/invalid-compose': {
    exit: 2,
    cause: 'A compose file of the module is not there, or cannot be read.',
    remedy:
      'Correct the place that is named; `docker compose config` should accept the file.',
  },
  'plan/service-claimed': {
    exit: 5,
    cause:
      'Several modules share a project or a folder of a host, and do not say which services are whose.',
    remedy:
      'List the services of each module under compose.services; a service belongs to one module.',
  },
  'plan/unmanaged-bind': {
    exit: 5,
    cause: 'A mounted path is neither tracked nor declared.',
    remedy: 'Track it in git, or list it in host_files or host_dirs.',
  },
  'plan/unset-variable': {
    exit: 5,
    cause: 'A variable has no value and no default.',
    remedy: 'Set it in a file listed in host_files, or give it a default.',
  },
  'plan/build-unsupported': {
    exit: 5,
    cause: 'A service is built on the host.',
    remedy: 'Build the image elsewhere and name it with image:.',
  },
  'plan/remote-include': {
    exit: 5,
    cause: 'A compose file includes something from outside the module.',
    remedy: 'Copy the included file into the module.',
  },
  'plan/host-access': {
    exit: 5,
    cause:
      'A service asks for access to the host that the policy does not know.',
    remedy: 'Take it out, or accept it under allow_host_access in the policy.',
  },
  'plan/untrusted-command': {
    exit: 5,
    cause:
      'The plan would run a command of a pull request, which nobody has merged, on the host.',
    remedy: 'Merge the change; the lane makes the plan then.',
  },
} as const satisfies ReasonTable<'plan'>;
