import type { ComposeSubject } from '../compose-subject.ts';
import type { ComposeFacts } from '../facts/facts.ts';
import type { ComposeModel, ComposeService } from '../facts/model.ts';

/** The module's own services of the new model, in the order of the model. */
export function ownServices(
  model: ComposeModel,
  { settings }: Pick<ComposeSubject, 'settings'>,
): ComposeService[] {
  const { services } = settings;
  return [...model.services.values()].filter(
    ({ name }) => services === undefined || services.includes(name),
  );
}

/**
 * Services that were the module's own and of which its files say nothing any
 * more. The model last applied does not tell: where several modules share a
 * file it has the services of all of them, and one that a neighbour dropped
 * would look like one of ours. So it takes what the live release called its
 * own; where it named none, all that its files had was its own. A service that
 * still is in the files and is no longer listed was handed over, and is left
 * as it runs.
 */
export function removedServices(facts: ComposeFacts): ComposeService[] {
  return previousOwnServices(facts).filter(
    ({ name }) => !facts.model.services.has(name),
  );
}

/** Services of the model last applied that were the module's own. */
export function previousOwnServices(facts: ComposeFacts): ComposeService[] {
  const { previous, previousServices } = facts;
  return [...(previous?.services.values() ?? [])].filter(
    ({ name }) =>
      previousServices.length === 0 || previousServices.includes(name),
  );
}
