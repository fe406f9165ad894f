import * as z from 'zod';

/**
 * Whether a person let a host be changed, by the host's own word. `odd`:
 * something else stands where it keeps that, or it cannot say.
 */
export const acknowledgedSchema = z.enum(['yes', 'no', 'odd']);

export type Acknowledged = z.output<typeof acknowledgedSchema>;
