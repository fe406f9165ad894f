import * as z from 'zod';
import { shaSchema } from '../model/identifiers.ts';

/** Commit that the live release was last applied from; empty where none is. */
export const liveShaSchema = z
  .union([z.literal(''), shaSchema])
  .transform((sha) => (sha === '' ? null : sha));
