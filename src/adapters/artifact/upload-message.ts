import * as z from 'zod';

/** What the thread that uploads is told. */
export const uploadJobSchema = z.strictObject({
  kind: z.literal('apply-gates-upload'),
  /** The only place that the token may be sent to. */
  origin: z.string(),
  name: z.string(),
  folder: z.string(),
  /** Absolute paths below the folder. */
  files: z.array(z.string()),
  retentionDays: z.int().optional(),
});

export type UploadJob = z.output<typeof uploadJobSchema>;

/** What it answers: how the upload went, then what the service keeps. */
export const uploadMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('uploaded'),
    id: z.int().positive(),
    size: z.int().min(0),
    digest: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  z.strictObject({ kind: z.literal('failed'), message: z.string() }),
  z.strictObject({
    kind: z.literal('kept'),
    id: z.int(),
    size: z.int(),
    /** Older services tell none. */
    digest: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('unconfirmed'), message: z.string() }),
]);

export type UploadMessage = z.output<typeof uploadMessageSchema>;
