import { commandOnHost, shellWord } from '../../host/command-on-host.ts';
import type { HostSession } from '../../host/host-session.ts';
import { serviceSchema } from '../../model/compose-settings.ts';
import { isModuleId } from '../../model/identifiers.ts';
import { printable } from '../../model/printable.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { storageKeys } from './changes/decide-storage.ts';
import { ownServices, removedServices } from './changes/own-services.ts';
import type { ComposeSubject } from './compose-subject.ts';
import type { ComposeFacts } from './facts/facts.ts';

const MAX_NAMED = 20;

/** Where manifest, files and host do not fit together. */
export function checkProject(
  facts: ComposeFacts,
  subject: ComposeSubject,
  host: HostSession,
): Finding[] {
  return [
    ...checkManifest(facts, subject),
    ...checkNames(facts, subject),
    ...checkExternal('volume', facts, subject, host),
    ...checkExternal('network', facts, subject, host),
  ];
}

/** Services that the manifest names and no file has. */
function checkManifest(
  { model }: ComposeFacts,
  subject: ComposeSubject,
): Finding[] {
  const { module, settings } = subject;
  const own = ownServices(model, subject).map(({ name }) => name);
  const missing = (settings.services ?? []).filter(
    (name) => !model.services.has(name),
  );
  const odd = settings.oneshot.filter((name) => !own.includes(name));
  if (own.length === 0 && missing.length === 0) {
    const remedy = 'Add a service, or the profile that it is in.';
    const reason = `${module}: its compose files have no service`;
    return [finding('plan/error', reason, { module, remedy })];
  }
  const known = [...model.services.keys()].slice(0, MAX_NAMED).join(', ');
  return [
    ...missing.map((name) => unknownService('services', name, known, subject)),
    ...odd.map((name) => unknownService('oneshot', name, known, subject)),
  ];
}

function unknownService(
  key: string,
  name: string,
  known: string,
  { module, redact }: ComposeSubject,
): Finding {
  const reason = `${module}: compose.${key} names ${JSON.stringify(name)}; with its profiles the compose files have ${known || 'no service'}`;
  return finding('plan/error', printable(redact(reason)), {
    module,
    remedy: `Correct compose.${key} in module.yaml, or add the service or the profile that it is in.`,
  });
}

/** A plan hands names to the host: none may be an option, or be hidden. */
function checkNames(facts: ComposeFacts, subject: ComposeSubject): Finding[] {
  const { module, redact } = subject;
  return [...ownServices(facts.model, subject), ...removedServices(facts)]
    .filter(
      ({ name }) =>
        !serviceSchema.safeParse(name).success ||
        isReserved(name) ||
        redact(name) !== name,
    )
    .map(({ name }) =>
      finding(
        'plan/error',
        `${module}: the service ${printable(redact(JSON.stringify(name)))} cannot be called that`,
        {
          module,
          remedy:
            'Give it a name of letters, digits, dots, dashes and underscores that begins with a letter or a digit and does not look like a secret.',
        },
      ),
    );
}

/** Names that reach into the prototype of an object. */
function isReserved(name: string): boolean {
  return /^[a-z]+$/.test(name) && !isModuleId(name);
}

/** Compose never makes what is external, so somebody has to. */
function checkExternal(
  kind: 'volume' | 'network',
  facts: ComposeFacts,
  subject: ComposeSubject,
  host: HostSession,
): Finding[] {
  const own = ownServices(facts.model, subject);
  const keys = new Set(own.flatMap((each) => storageKeys(kind, each)));
  return [...keys].flatMap((key) => {
    const defined = facts.model[`${kind}s`].get(key);
    if (!defined?.external || facts[`${kind}s`].get(key)?.exists !== false) {
      return [];
    }
    const name = subject.redact(defined.name.shown);
    const make = `docker ${kind} create ${shellWord(name)}`;
    return [
      finding(
        'plan/error',
        `${subject.module} on ${subject.host}: the external ${kind} ${printable(JSON.stringify(name))} is not there`,
        {
          module: subject.module,
          remedy: printable(
            `Make it on the host: ${commandOnHost(host, make)}`,
          ),
        },
      ),
    ];
  });
}
