import { checkModel } from '../../src/drivers/compose/access/check-model.ts';
import { type ModelOptions, makeComposeFacts } from './compose-facts.ts';
import { makeComposeSubject, type SubjectOptions } from './compose-subject.ts';

const TRACKED = ['modules/web/compose.yaml', 'modules/web/conf/a.conf'];

export type AppService = ModelOptions['services'][string];

/** What a test says beside the service. */
export interface ModelGiven extends SubjectOptions {
  readonly masks?: readonly string[];
  readonly model?: Partial<ModelOptions>;
}

/** Findings of the service `app` of the module `web`, beside a service `db`. */
export function checkApp(app: AppService, given: ModelGiven = {}) {
  const model = {
    ...given.model,
    services: {
      app: { image: 'app:1', ...app },
      db: { image: 'db:1' },
      ...given.model?.services,
    },
  };
  const facts = makeComposeFacts({ model, masks: given.masks ?? [] });
  return checkModel(facts.model, makeComposeSubject(given), TRACKED);
}

export function bindMount(source: string): AppService {
  return { volumes: [{ type: 'bind', source, target: '/x' }] };
}
