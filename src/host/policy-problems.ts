import type { ReasonCode } from '../model/reason-codes.ts';

/** What an installed program calls a refusal of its own, with any operation. */
export const POLICY_PROBLEMS: Readonly<Record<string, ReasonCode>> = {
  version: 'host/version-mismatch',
  misconfigured: 'host/misconfigured',
  restricted: 'host/forbidden',
  forbidden: 'host/forbidden',
  unverified: 'host/unverified',
  not_on_branch: 'host/not-on-branch',
  content_differs: 'host/content-differs',
};
