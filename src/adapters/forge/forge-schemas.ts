import * as z from 'zod';
import { shaSchema } from '../../model/identifiers.ts';

/** Numbers of things on a forge; system accounts have negative ones. */
export const idSchema = z.int().positive();

export const loginSchema = z.string().min(1).max(255);

/** Some forges send an empty text where there is no commit. */
export const maybeShaSchema = z
  .union([shaSchema, z.literal('')])
  .nullish()
  .transform((sha) => sha || undefined);

export const branchSchema = z
  .object({
    ref: z.string().min(1),
    sha: shaSchema,
    // Null where a fork was deleted.
    repo: z
      .object({
        full_name: z.string().regex(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/),
      })
      .nullish(),
  })
  .transform(({ ref, sha, repo }) => ({
    ref,
    sha,
    repository: repo?.full_name,
  }));

export const totalSchema = z.int().min(0);
