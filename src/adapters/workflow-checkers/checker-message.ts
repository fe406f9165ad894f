import * as z from 'zod';

/** What the thread with the checkers is told. */
export const checkerJobSchema = z.strictObject({
  kind: z.literal('apply-gates-check-workflows'),
  sources: z.array(z.strictObject({ file: z.string(), content: z.string() })),
});

export type CheckerJob = z.output<typeof checkerJobSchema>;

/** What it answers, once. */
export const checkerAnswerSchema = z.array(
  z.strictObject({
    checker: z.enum(['actionlint', 'github-schema']),
    file: z.string(),
    line: z.int().positive(),
    kind: z.string(),
    message: z.string(),
  }),
);

export type CheckerAnswer = z.output<typeof checkerAnswerSchema>;
