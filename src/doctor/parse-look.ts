import * as z from 'zod';

const countSchema = z
  .string()
  .regex(/^[0-9]{1,15}$/)
  .transform(Number);

const placeSchema = z
  .string()
  .regex(/^(?:folder|link|absent|other) \S+ \S+ (?:yes|no)(?: [0-9]*)?\s*$/)
  .transform((line) => {
    const [kind = '', mode = '', owner = '', may = '', free = ''] =
      line.split(/\s+/);
    return {
      kind: kind as 'folder' | 'link' | 'absent' | 'other',
      /** Undefined where the host could not tell. */
      mode: /^[0-7]{3,4}$/.test(mode) ? Number.parseInt(mode, 8) : undefined,
      owner: /^[0-9]+$/.test(owner) ? Number(owner) : undefined,
      writable: may === 'yes',
      freeKib: free === '' ? undefined : Number(free),
    };
  });

const wordLines = z.string().transform((text) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [word = '', ...rest] = line.split(' ');
      return { word, rest: rest.join(' ') };
    }),
);

const lookSchema = z.object({
  /** Seconds since 1970, by the clock of the host. */
  clock: countSchema,
  user: z.string(),
  uid: countSchema,
  system: z.string(),
  missing: z.string().transform((text) => text.split(' ').filter(Boolean)),
  own_look: z.enum(['', 'yes']).transform((text) => text === 'yes'),
  engine: wordLines,
  runtime_root: placeSchema,
  backup_root: placeSchema,
  leftovers: wordLines,
});

/** What a host says of itself. */
export type HostLook = z.output<typeof lookSchema>;
export type HostFolder = HostLook['runtime_root'];

/** Reads the answer of a look; undefined where it is none. */
export function parseLook(
  fields: Readonly<Record<string, string>>,
): HostLook | undefined {
  return lookSchema.safeParse(fields).data;
}
