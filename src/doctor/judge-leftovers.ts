import { type DoctorFinding, fault, fine, unknown } from './finding.ts';
import type { HostLook } from './parse-look.ts';

/** What runs left on a host that died; what is at work is no leftover. */
export function judgeLeftovers(
  host: string,
  { leftovers }: HostLook,
  login: string,
): DoctorFinding[] {
  const found = leftovers.flatMap(({ word, rest }): DoctorFinding[] => {
    const [name = '', module = ''] = rest.split(' ');
    switch (word) {
      case 'open': {
        const reason = `the attempt ${name} has no end`;
        const values = module === '' ? {} : { module };
        return [fault('leftovers/attempt', host, reason, values)];
      }
      case 'running':
        return [fine('leftovers', host, `the attempt ${name} is at work`)];
      case 'stage':
        return [fault('leftovers/stage', host, `the staged release ${name}`)];
      case 'backup':
        return [fault('leftovers/backup', host, `the backup ${name}`)];
      case 'halted': {
        const reason = `services stood still for the backup ${name}`;
        return [fault('leftovers/halted', host, reason, { login })];
      }
      default:
        return [unknown('leftovers', host, `${rest} could not be looked at`)];
    }
  });
  return found.length === 0 ? [fine('leftovers', host, 'nothing')] : found;
}
