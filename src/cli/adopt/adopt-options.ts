import { serviceSchema } from '../../model/compose-settings.ts';
import { InputError } from '../../model/errors.ts';
import { isModuleId } from '../../model/identifiers.ts';
import type { AdminOptions } from '../admin-run.ts';
import type { DraftOptions } from '../draft-files.ts';

export interface AdoptOptions extends AdminOptions, DraftOptions {
  readonly host: string;
  readonly id?: string;
  readonly services?: string;
  readonly unproven?: boolean;
  readonly check?: string;
}

/** The name of a compose project; it goes to the host as it is. */
export function parseProject(text: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,62}$/.test(text)) return text;
  throw new InputError(
    'project',
    text,
    'the name of a compose project, as docker compose ls shows it',
  );
}

/** The id of the module: the one given, or the project as far as it can be. */
export function chooseId(project: string, id: string | undefined): string {
  const chosen = id ?? project.replaceAll('_', '-');
  if (isModuleId(chosen)) return chosen;
  throw new InputError(
    '--id',
    chosen,
    'the id of a module: ^[a-z0-9][a-z0-9-]{0,62}$',
  );
}

export function parseServices(
  text: string | undefined,
): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  if (names.every((name) => serviceSchema.safeParse(name).success)) {
    return names;
  }
  throw new InputError('--services', text, 'names of services: web,worker');
}
