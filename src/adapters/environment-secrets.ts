import { isSecretName } from '../redaction/credential-patterns.ts';

/** Shorter values, such as `true`, would blank out ordinary text. */
const MIN_CHARACTERS = 6;

/** Values of the environment whose names say that they are secret. */
export function readEnvironmentSecrets(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.length >= MIN_CHARACTERS && isSecretName(name)
      ? [value]
      : [],
  );
}
