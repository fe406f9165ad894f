import type { FilesSubject } from './check-files.ts';
import type { ServiceUse, SourceVisit } from './source-check.ts';
import {
  entriesOf,
  oneOrMany,
  type SourceMap,
  type SourceNode,
  textOf,
} from './source-node.ts';

/** One service as one file writes it. */
export interface SourceService extends ServiceUse {
  readonly name: string;
  readonly node: SourceNode;
  readonly visit: SourceVisit;
}

/** The services of a document that count from where it is read. */
export function servicesOf(
  document: SourceMap,
  visit: SourceVisit,
  { settings }: FilesSubject,
): SourceService[] {
  const { only } = visit;
  const services = [...entriesOf(document.entries.get('services'))];
  if (only) {
    const { name, isOwn, isActive } = only;
    return services
      .filter(([each]) => each === name)
      .map(([, node]) => ({ name, node, visit, isOwn, isActive }));
  }
  return services.map(([name, node]) => {
    const isNamed = settings.services?.includes(name) ?? false;
    const isActive = isNamed || hasActiveProfile(node, settings.profiles);
    const isOwn = settings.services === undefined || isNamed;
    return { name, node, visit, isOwn, isActive };
  });
}

/** A profile with a variable in its name may be any. */
function hasActiveProfile(
  node: SourceNode,
  active: readonly string[],
): boolean {
  const profiles = oneOrMany(entriesOf(node).get('profiles'));
  return (
    profiles.length === 0 ||
    profiles.some((each) => {
      const name = textOf(each) ?? '';
      return active.includes(name) || name.includes('$');
    })
  );
}
